/**
 * What a connection type learns of its provider by itself, such as certificates that the provider rotated. Usher stores it:
 * while the provider does not answer, a restart and every replica begin with it.
 */

/** Plain texts and lists of them, and never a secret. */
export type LearnedFacts = Readonly<Record<string, string | readonly string[]>>;

/** Facts that were kept, and when they were learnt. */
export interface KeptFacts {
  readonly facts: LearnedFacts;
  readonly learnedAt: Date;
}

/** The memory of one connection. A change of what the connection trusts empties it. */
export interface Memory {
  /** What was kept under a name when the connection was opened; `null` when nothing was. The type checks it as any input. */
  readonly recall: (name: string) => KeptFacts | null;
  /**
   * Keeps facts under a name, in place of older ones. Never rejects: a type signs people in without a memory, too. Facts
   * that exceed the bound of half a million characters are not kept.
   */
  readonly keep: (name: string, facts: LearnedFacts) => Promise<void>;
}
