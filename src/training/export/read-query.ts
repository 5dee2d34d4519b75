/** Reads the query parameters of an export. They have the names of the filter of `results`. */
import { InputCheck } from "../../platform/errors/input.js";
import { BOUND_FORMS, parseTimeBound, type TimeBound } from "../../platform/time-range.js";
import type { ResultFilter } from "../result/result-filter.js";

export interface ExportQuery {
  readonly organizationId: string;
  readonly filter: ResultFilter;
  /** Whether the file begins with a byte order mark, which spreadsheets need to recognize UTF-8. */
  readonly bom: boolean;
}

const NAMES = ["organizationId", "from", "to", "groupIds", "courseIds", "userIds", "passed", "answers", "bom"] as const;
type Name = (typeof NAMES)[number];

/**
 * Reads the parameters from Express. Unknown names are refused, because a misspelt filter would export everything. A list
 * repeats its name: `groupIds=A&groupIds=B`.
 *
 * @throws INVALID_INPUT
 */
export function readExportQuery(parameters: Readonly<Record<string, unknown>>): ExportQuery {
  const check = new InputCheck();
  for (const name of Object.keys(parameters))
    if (!(NAMES as readonly string[]).includes(name)) check.add(name, "UNKNOWN", `must be one of ${NAMES.join(", ")}`);
  const list = (name: Name): readonly string[] => {
    const value = parameters[name];
    return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string" && each !== "");
  };
  const one = (name: Name): string | null => {
    const [first, ...others] = list(name);
    if (others.length > 0) check.add(name, "INVALID", "must be given once");
    return first ?? null;
  };
  const bound = (name: "from" | "to"): TimeBound | null => {
    const text = one(name);
    const parsed = text === null ? null : parseTimeBound(text);
    if (text !== null && parsed === null)
      check.add(name, "INVALID", `must be a day or a time of the calendar, written like ${BOUND_FORMS}`);
    return parsed;
  };
  const flag = (name: "passed" | "bom"): boolean | null => {
    const text = one(name);
    if (text !== null && text !== "true" && text !== "false") check.add(name, "INVALID", "must be true or false");
    return text === null ? null : text === "true";
  };
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
