"""联合接访 (信访工作条例 第十八条): several units are called to one visitor or group in the hall, come, and say what they will do."""
