/** Turns NOT_FOUND into `null`. */
import { Failure, NOT_FOUND } from "./failure.js";

/** The value, or `null` when it does not exist or the caller may not see it. An error would lose the rest of the response. */
export async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Failure && error.code === NOT_FOUND.code) return null;
    throw error;
  }
}
