/** Turns a thing that is not found into `null`. */
import { Failure, NOT_FOUND } from "./failure.js";

/** The thing, or `null` where it does not exist or the caller may not see it. An error would take the rest of the answer along. */
export async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Failure && error.code === NOT_FOUND.code) return null;
    throw error;
  }
}
