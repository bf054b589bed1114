"""The times of one reception: how its places are spread over its slots. Pure function."""


def places(starts: int, ends: int, slot_minutes: int | None, capacity: int) -> dict[int, int]:
    """Minute of the day at which a slot begins → batches it takes; together exactly ``capacity``. Empty without slots.

    Places are spread evenly, the earlier slots taking what does not divide. A slot longer than the reception is the reception.
    """
    if not slot_minutes:
        return {}
    count = max(1, (ends - starts) // slot_minutes)
    each, over = divmod(capacity, count)
    spread = {starts + place * slot_minutes: each + (place < over) for place in range(count)}
    return {minute: batches for minute, batches in spread.items() if batches}
