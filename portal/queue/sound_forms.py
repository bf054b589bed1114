"""The form of the administrator's recordings."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class SoundForm(FlaskForm):
    """A centre's own recording of one clip."""

    file = FileField(
        "录音文件", [FileRequired("请选择录音文件。")], description="WAV（16 位、未压缩），不超过 1 MB、10 秒"
    )
