"""What a screen may show before a reason is given."""

import pytest

from portal.people import masking


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("吕某某", "吕*"),
        ("吕某", "吕*"),
        ("欧阳明", "欧阳*"),
        ("欧阳", "欧*"),
        ("阿卜杜拉·买买提", "阿*"),
        ("吕", "*"),
        ("", ""),
        ("运城市某某物业有限公司", "运城市某某物业有限公司"),
        ("盐湖区北城街道某某社区居民委员会", "盐湖区北城街道某某社区居民委员会"),
        ("张建厂", "张*"),
        ("李心局", "李*"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert masking.mask_name(name) == shown


def test_an_organisation_by_kind_is_not_hidden() -> None:
    assert masking.mask_name("老兵之家", "organisation") == "老兵之家"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("14080219900101012X", "1408************2X"),
        ("140802 19900101 012x", "1408************2X"),
        ("140802900101012", "1408*********12"),
        ("12345", "*****"),
        (None, ""),
    ],
)
def test_identity_numbers(number: str | None, shown: str) -> None:
    assert masking.mask_id(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("0359-2222267", "0359-*****67"),
        ("010 88888867", "010-******67"),
        ("2022345", "*****45"),
        ("110", "***"),
        (None, ""),
    ],
)
def test_telephones(number: str | None, shown: str) -> None:
    assert masking.mask_phone(number) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("山西省运城市盐湖区北城街道红旗东街12号3单元501", "山西省运城市盐湖区北城街道***"),
        ("运城市盐湖区红旗东街12号", "运城市盐湖区***"),
        ("永济市城西街道介峪口村", "永济市城西街道***"),
        ("运城市临猗县猗氏镇南街10号", "运城市临猗县猗氏镇***"),
        ("A市A3区联丰路米兰春天G2栋320", "A市A3区***"),
        ("阳光小区3号楼", "***"),
        ("红旗东街12号", "***"),
        ("万荣县解店镇", "万荣县解店镇"),
        ("", ""),
        (None, ""),
    ],
)
def test_addresses_end_at_the_township(address: str | None, shown: str) -> None:
    assert masking.mask_address(address) == shown
