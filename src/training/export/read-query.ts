/** Reads the query parameters of an export. They have the names of the filter of `results`. */
import { readQueryParameters } from "../../platform/http/query-parameters.js";
import type { ResultFilter } from "../result/result-filter.js";

export interface ExportQuery {
  readonly organizationId: string;
  readonly filter: ResultFilter;
  /** Whether the file begins with a byte order mark, which spreadsheets need to recognize UTF-8. */
  readonly bom: boolean;
}

const NAMES = ["organizationId", "from", "to", "groupIds", "courseIds", "userIds", "passed", "answers", "bom"] as const;

/**
 * Reads the parameters from Express.
 *
 * @throws INVALID_INPUT
 */
export function readExportQuery(parameters: Readonly<Record<string, unknown>>): ExportQuery {
  const { check, list, one, bound, flag } = readQueryParameters(parameters, NAMES);
  const query: ExportQuery = {
    organizationId: check.text("organizationId", one("organizationId")),
    filter: {
      from: bound("from"),
      to: bound("to"),
      groupIds: list("groupIds"),
      courseIds: list("courseIds"),
      userIds: list("userIds"),
      passed: flag("passed"),
      answers: list("answers"),
    },
    bom: flag("bom") ?? false,
  };
  check.finish();
  return query;
}
