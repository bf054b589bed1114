"""接访当日: arrival, minutes, 接访处理意见; tasks, replies, looking again; statistics."""
