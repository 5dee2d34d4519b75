/** Averages, pass rates and counts, which are withheld if they come from too few people. */
import type { Dialect } from "../../platform/database/database.js";
import { useIndex } from "../sql.js";

/** Figures of some results. A figure from too few people is `null`. */
export interface Figures {
  /** Whether all figures are `null`. */
  readonly withheld: boolean;
  readonly people: number | null;
  readonly results: number | null;
  readonly averagePercent: number | null;
  readonly passRate: number | null;
  readonly passed: number | null;
  readonly failed: number | null;
}

/** The sums of one group of results: of all, of those with a percent, and of those whose `passed` is not null. */
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

/** The columns of a `Sum` for the alias `p`, whose rows are `SUMS_OF_A_PERSON`. */
export const SUMS = `COUNT(*) AS people, SUM(p.results) AS results,
  SUM(p.scored > 0) AS people_scored, SUM(p.scored) AS scored, SUM(p.total_percent) AS total_percent,
  SUM(p.decided > 0) AS people_decided, SUM(p.decided) AS decided, SUM(p.passed) AS passed`;

/** Sums by person for the alias `r`. Grouping by person first counts people without COUNT(DISTINCT) for each figure. */
export const SUMS_OF_A_PERSON = `COUNT(*) AS results, COUNT(r.percent) AS scored, SUM(r.percent) AS total_percent,
  COUNT(r.passed) AS decided, SUM(r.passed) AS passed`;

/** Joins the results of people with the alias `m`. The join keeps its order, so that people are read first. */
export function joinResults(dialect: Dialect): string {
  const join = dialect === "sqlite" ? "CROSS JOIN" : "STRAIGHT_JOIN";
  return `${join} training_result r ${useIndex(dialect, "ix_training_result_user")} ON r.user_id = m.user_id`;
}

/** Withholds each figure on its own: `null` if fewer than `minimum` people contribute to it. */
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
