/**
 * Facts about a provider that a connection type finds out by itself, such as rotated certificates. Usher stores them, so that a
 * restart and every replica can use them while the provider does not answer.
 */

/** The facts under one name: texts and lists of texts, never secrets. */
export type LearnedFacts = Readonly<Record<string, string | readonly string[]>>;

export interface KeptFacts {
  readonly facts: LearnedFacts;
  readonly learnedAt: Date;
}

/** The stored facts of one connection. A change of its trust settings deletes them. */
export interface Memory {
  /** The facts under a name when the connection was opened, or `null`. The type must check them like any input. */
  readonly recall: (name: string) => KeptFacts | null;
  /**
   * The facts under a name that are stored now, perhaps by a different replica, or `null`. Asks the database. Never rejects:
   * without the database, the answer is `null`.
   */
  readonly recallNow: (name: string) => Promise<KeptFacts | null>;
  /**
   * Stores facts under a name and replaces older ones. Never rejects, because sign-ins do not depend on it. If all
   * facts together exceed half a million characters, nothing is stored.
   *
   * @param learnedAt when the type began to ask the provider, if that was not just now. Facts from an earlier time
   *   never replace facts from a later time, because replicas may store facts in a different order than they asked for
   *   them.
   */
  readonly keep: (name: string, facts: LearnedFacts, learnedAt?: Date) => Promise<void>;
}
