"""约访 and 登记: who is received by which leader, the brief, the day sheet, trips."""
