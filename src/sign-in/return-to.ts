/** Checks where a browser may be sent after a sign-in: `returnTo` can come from anyone, so it must pass the allow-list. */

/** The allow-list of an installation. */
export interface ReturnRules {
  /** The public base URL of this installation. The installation's own pages are always allowed. */
  readonly publicUrl: string;
  /** Further URL prefixes, without query and fragment. */
  readonly prefixes: readonly string[];
}

/** The longest `returnTo`, in characters. A longer one is ignored. */
export const LONGEST_RETURN_URL = 2048;
/**
 * White space, control characters and backslashes. Browsers remove or replace them, and would then visit an address
 * that was not checked.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what it finds
const UNSAFE = /[\u0000-\u0020\u007f-\u00a0\\]/;
/** Encoded slashes, backslashes and dots: a server may decode them to a path that was not checked. */
const ENCODED_PATH_CHARACTERS = /%(?:2e|2f|5c|00)/i;

/**
 * The absolute address of a `returnTo`, or `null` if it is not allowed.
 *
 * @param value the query parameter as received, of any type
 */
export function resolveReturnTo(value: unknown, { publicUrl, prefixes }: ReturnRules): string | null {
  if (typeof value !== "string" || value === "" || value.length > LONGEST_RETURN_URL || UNSAFE.test(value)) return null;
  const relative = value.startsWith("/");
  if (relative && value.startsWith("//")) return null;
  if (!relative && !/^https?:\/\/[^/]/.test(value)) return null;
  if (!URL.canParse(value, publicUrl)) return null;
  const url = new URL(value, publicUrl);
  if (url.username !== "" || url.password !== "" || ENCODED_PATH_CHARACTERS.test(url.pathname)) return null;
  if (url.origin === new URL(publicUrl).origin) return url.href;
  return prefixes.some((prefix) => isBelow(url, new URL(prefix))) ? url.href : null;
}

/** Whether an address has the prefix's origin, and its path or one below it: `/app` covers `/app/x`, never `/apple`. */
function isBelow(url: URL, prefix: URL): boolean {
  if (url.origin !== prefix.origin) return false;
  if (prefix.pathname.endsWith("/")) return url.pathname.startsWith(prefix.pathname);
  return url.pathname === prefix.pathname || url.pathname.startsWith(`${prefix.pathname}/`);
}
