/** Averages, pass rates and counts, and behind how few people they say nothing. */
import type { Dialect } from "../../platform/database/database.js";
import { useIndex } from "../sql.js";

/** Figures of some results; each is `null` where too few people stand behind it. */
export interface Figures {
  /** Whether nothing is told. */
  readonly withheld: boolean;
  readonly people: number | null;
  readonly results: number | null;
  readonly averagePercent: number | null;
  readonly passRate: number | null;
  readonly passed: number | null;
  readonly failed: number | null;
}

/** What one statement tells: of all results, of those with a percent, of those that were passed or not. */
export interface Sum {
  people: number | string;
  results: number | string;
  people_scored: number | string | null;
  scored: number | string | null;
  total_percent: number | null;
  people_decided: number | string | null;
  decided: number | string | null;
  passed: number | string | null;
}

/** The columns of a `Sum`, over the alias `p`, whose rows are `SUMS_OF_A_PERSON`. */
export const SUMS = `COUNT(*) AS people, SUM(p.results) AS results,
  SUM(p.scored > 0) AS people_scored, SUM(p.scored) AS scored, SUM(p.total_percent) AS total_percent,
  SUM(p.decided > 0) AS people_decided, SUM(p.decided) AS decided, SUM(p.passed) AS passed`;

/** By person first, so that people are counted without keeping a list of them for each figure; over the alias `r`. */
export const SUMS_OF_A_PERSON = `COUNT(*) AS results, COUNT(r.percent) AS scored, SUM(r.percent) AS total_percent,
  COUNT(r.passed) AS decided, SUM(r.passed) AS passed`;

/** People under the alias `m` first, and their results by the index that begins with them. */
export function joinResults(dialect: Dialect): string {
  const join = dialect === "sqlite" ? "CROSS JOIN" : "STRAIGHT_JOIN";
  return `${join} training_result r ${useIndex(dialect, "ix_training_result_user")} ON r.user_id = m.user_id`;
}

/** Each figure where enough people stand behind it, whatever stands behind the others. */
export function figuresOf(sum: Sum, minimum: number): Figures {
  const enough = (people: number | string | null) => Number(people ?? 0) >= minimum;
  const withheld = !enough(sum.people);
  const scored = enough(sum.people_scored) ? Number(sum.scored) : null;
  const decided = enough(sum.people_decided) ? Number(sum.decided) : null;
  const passed = Number(sum.passed ?? 0);
  return {
    withheld,
    people: withheld ? null : Number(sum.people),
    results: withheld ? null : Number(sum.results),
    averagePercent: scored === null ? null : Number(sum.total_percent) / scored,
    passRate: decided === null ? null : (passed / decided) * 100,
    passed: decided === null ? null : passed,
    failed: decided === null ? null : decided - passed,
  };
}
