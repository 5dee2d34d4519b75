/** Reads the query parameters of an export, and collects every mistake in them. */
import { InputCheck } from "../errors/input.js";
import { BOUND_FORMS, parseTimeBound, type TimeBound } from "../time-range.js";

/** The parameters by name. A form also sends empty fields, which count as left out. */
export interface QueryParameters<Name extends string> {
  /** Mistakes found so far. The caller adds further mistakes and calls `finish`. */
  readonly check: InputCheck;
  /** A list repeats its name: `groupIds=A&groupIds=B`. */
  readonly list: (name: Name) => readonly string[];
  readonly one: (name: Name) => string | null;
  readonly bound: (name: Name) => TimeBound | null;
  readonly flag: (name: Name) => boolean | null;
}

/** Reads the parameters from Express. Unknown names are refused, because a misspelt filter would export everything. */
export function readQueryParameters<Name extends string>(
  parameters: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): QueryParameters<Name> {
  const check = new InputCheck();
  for (const name of Object.keys(parameters))
    if (!(names as readonly string[]).includes(name)) check.add(name, "UNKNOWN", `must be one of ${names.join(", ")}`);
  const list = (name: Name): readonly string[] => {
    const value = parameters[name];
    return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string" && each !== "");
  };
  const one = (name: Name): string | null => {
    const [first, ...others] = list(name);
    if (others.length > 0) check.add(name, "INVALID", "must be given once");
    return first ?? null;
  };
  return {
    check,
    list,
    one,
    bound: (name) => {
      const text = one(name);
      const parsed = text === null ? null : parseTimeBound(text);
      if (text !== null && parsed === null)
        check.add(name, "INVALID", `must be a day or a time of the calendar, written like ${BOUND_FORMS}`);
      return parsed;
    },
    flag: (name) => {
      const text = one(name);
      if (text !== null && text !== "true" && text !== "false") check.add(name, "INVALID", "must be true or false");
      return text === null ? null : text === "true";
    },
  };
}
