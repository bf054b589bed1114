"""The oldest browser the portal promises to work in."""

from tests.browser.hall import Hall


def test_chromium_83_runs_the_installed_scripts_and_shows_chinese(run_legacy) -> None:
    run_legacy("floor.js")


def test_the_core_of_a_visitors_day_in_chromium_83(run_legacy, hall: Hall) -> None:
    run_legacy("day.js", hall)


def test_the_kiosk_in_chromium_83(run_legacy, hall: Hall) -> None:
    run_legacy("kiosk.js", hall)
