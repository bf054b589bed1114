"""The oldest browser the portal promises to work in."""


def test_chromium_83_runs_the_installed_scripts_and_shows_chinese(run_legacy) -> None:
    run_legacy("floor.js")
