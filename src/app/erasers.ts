/** What of every room goes with a person who is deleted, or no longer says who it was. */
import type { ErasePart } from "../people/user/delete/delete-guard.js";
import { eraseAttempts } from "../sign-in/attempt/erase-attempts.js";
import { eraseResults, findResultIdsOf } from "../training/result/erase-results.js";
import { eraseAnswers, eraseAnswersAbout } from "../webhooks/delivery/erase-answers.js";

/** Receivers repeat what they were sent about a person's results, too. */
const eraseAnswersAboutResults: ErasePart = async (unit, { id }) => {
  await eraseAnswersAbout(unit, "result", await findResultIdsOf(unit, id));
};

export const ERASERS: readonly ErasePart[] = [eraseAttempts, eraseAnswers, eraseAnswersAboutResults, eraseResults];
