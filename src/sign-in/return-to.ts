/** Decides where a person may be sent after signing in: `returnTo` is a stranger's wish until it passes the allow-list. */

/** What an installation allows. */
export interface ReturnRules {
  /** The public base URL of this installation; its own pages are always allowed. */
  readonly publicUrl: string;
  /** Further URL prefixes, without query and fragment. */
  readonly prefixes: readonly string[];
}

/** The longest `returnTo`, in characters; a longer one is ignored. */
export const LONGEST_RETURN_URL = 2048;
/** White space, control characters and backslashes: browsers strip or turn them, so that what was checked is not what is visited. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const TREACHEROUS = /[\u0000-\u0020\u007f-\u00a0\\]/;
/** Encoded slashes, backslashes and dots change which path a server sees, after the check. */
const ENCODED_PATH_CHARACTERS = /%(?:2e|2f|5c|00)/i;

/**
 * The absolute address that a `returnTo` leads to, or `null` when it is not allowed.
 *
 * @param wish the query parameter as it came, whatever its type
 */
export function resolveReturnTo(wish: unknown, { publicUrl, prefixes }: ReturnRules): string | null {
  if (typeof wish !== "string" || wish === "" || wish.length > LONGEST_RETURN_URL || TREACHEROUS.test(wish))
    return null;
  const relative = wish.startsWith("/");
  if (relative && wish.startsWith("//")) return null;
  if (!relative && !/^https?:\/\/[^/]/.test(wish)) return null;
  if (!URL.canParse(wish, publicUrl)) return null;
  const url = new URL(wish, publicUrl);
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
