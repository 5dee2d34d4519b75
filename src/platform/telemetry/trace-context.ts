/** The caller's trace (W3C Trace Context, section 3.2), so that its tools find our log lines. */

/** Version, trace id, parent id, flags. A later version may append fields after a further dash. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
const LONGEST_HEADER = 512;

/** The trace id of a `traceparent` header; `null` if the header is missing or malformed. */
export function readTraceId(header: string | undefined): string | null {
  if (header === undefined || header.length > LONGEST_HEADER) return null;
  const [, version, traceId = null, further] = TRACEPARENT.exec(header) ?? [];
  return version === "00" && further !== undefined ? null : traceId;
}
