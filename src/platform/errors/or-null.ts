/** Answers of what one asks for by its id. */
import { Failure, NOT_FOUND } from "./failure.js";

/** What is read, or `null` where there is none, or none that the caller may see: the rest of an answer is not lost. */
export async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Failure && error.code === NOT_FOUND.code) return null;
    throw error;
  }
}
