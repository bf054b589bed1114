"""The ten platforms, as values, in the order of the hall."""

from portal.cases.definition import Platform
from portal.platforms import (
    citizen_help,
    counselling,
    court_link,
    governance,
    hotline,
    labour,
    legal_aid,
    mediation,
    petition,
    relief,
)

PLATFORMS: tuple[Platform, ...] = (
    governance.PLATFORM,
    petition.PLATFORM,
    mediation.PLATFORM,
    court_link.PLATFORM,
    counselling.PLATFORM,
    legal_aid.PLATFORM,
    relief.PLATFORM,
    citizen_help.PLATFORM,
    hotline.PLATFORM,
    labour.PLATFORM,
)
