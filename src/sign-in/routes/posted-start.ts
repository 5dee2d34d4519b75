/** Reads a start that a third party posts (OpenID Connect Core 1.0, section 4). */
import { LONGEST_RETURN_URL } from "../return-to.js";

/** The parameters that a third party may send. */
const THIRD_PARTY_PARAMETERS = ["iss", "login_hint", "target_link_uri"] as const;

/** The address that begins the same sign-in as a posted form. A repeated field stays repeated, so that the start refuses it. */
export function addressOfPostedStart(path: string, form: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams();
  for (const name of THIRD_PARTY_PARAMETERS)
    for (const value of [form[name]].flat())
      // A value is cut to one character more than the limit, so that the start refuses it.
      if (typeof value === "string") parameters.append(name, value.slice(0, LONGEST_RETURN_URL + 1));
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
