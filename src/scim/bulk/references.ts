/** References between the operations of a bulk request (RFC 7644, section 3.7.2): `bulkId:NAME` stands for the id of a new resource. */
import { isObject } from "../resource/read-document.js";

const REFERENCE = /^bulkId:(.+)$/;
const REFERENCE_IN_PATH = /^(\/[A-Za-z]+\/)bulkId:([^/]+)$/;

/** Replaces each reference in the data and in the path of an operation. */
export function replaceReferences(
  operation: Readonly<Record<string, unknown>>,
  idOf: (bulkId: string) => string,
): Readonly<Record<string, unknown>> {
  const { path, data } = operation;
  return {
    ...operation,
    ...(typeof path === "string" && {
      path: path.replace(REFERENCE_IN_PATH, (_all, before: string, name: string) => before + idOf(name)),
    }),
    ...(data !== undefined && { data: replaceIn(data, idOf) }),
  };
}

/** Recurses without using up the stack, because the body of a request has few levels. */
function replaceIn(value: unknown, idOf: (bulkId: string) => string): unknown {
  if (typeof value === "string") {
    const name = REFERENCE.exec(value)?.[1];
    return name === undefined ? value : idOf(name);
  }
  if (Array.isArray(value)) return value.map((each: unknown) => replaceIn(each, idOf));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaceIn(each, idOf)]));
}

/** The names of the resources that an operation refers to. */
export function referencesOf(operation: Readonly<Record<string, unknown>>): readonly string[] {
  const names = new Set<string>();
  replaceReferences(operation, (name) => {
    names.add(name);
    return "";
  });
  return [...names];
}
