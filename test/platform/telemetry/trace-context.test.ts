/** Which `traceparent` headers are accepted, by the grammar of W3C Trace Context. */
import { expect, test } from "@jest/globals";
import { readTraceId } from "../../../src/platform/telemetry/trace-context.js";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

test.each<[string, string | undefined, string | null]>([
  ["version 00", `00-${TRACE}-${PARENT}-01`, TRACE],
  ["a later version with further fields", `cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like`, TRACE],
  ["a missing header", undefined, null],
  ["further fields in version 00", `00-${TRACE}-${PARENT}-01-more`, null],
  ["a later version with a field that no dash begins", `cc-${TRACE}-${PARENT}-01.more`, null],
  ["version ff", `ff-${TRACE}-${PARENT}-01`, null],
  ["a trace id of zeros", `00-${"0".repeat(32)}-${PARENT}-01`, null],
  ["a parent id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`, null],
  ["upper case", `00-${TRACE.toUpperCase()}-${PARENT}-01`, null],
  ["a trace id that is too short", `00-${TRACE.slice(1)}-${PARENT}-01`, null],
  ["two headers that were joined", `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`, null],
  ["a line of its own", `00-${TRACE}-${PARENT}-01\n{"level":"error"}`, null],
  ["a header of endless length", `cc-${TRACE}-${PARENT}-01-${"x".repeat(10_000)}`, null],
])("%s", (_name, header, traceId) => {
  expect(readTraceId(header)).toBe(traceId);
});
