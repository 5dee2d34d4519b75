/** Skips the rest of a test file after the first failure, because one failure is enough to detect a mutant. */
import { TestEnvironment } from "jest-environment-node";

export default class extends TestEnvironment {
  #hasFailed = false;

  handleTestEvent({ name, test }) {
    if (name === "test_done" && test.errors.length > 0) this.#hasFailed = true;
    if (name === "test_start" && this.#hasFailed) test.mode = "skip";
  }
}
