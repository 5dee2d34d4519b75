/**
 * Decides whether a verified person may sign in, to which account, and with which access. Pure: takes a situation and
 * returns a decision.
 *
 * ```
 * refuse-by-connection → decide-account → decide-new
 *                                       → decide-existing (refuses by status first)
 *                                         both: decide-access (roles and groups), fields, seat
 * ```
 */
import { decideAccount } from "./decide-account.js";
import { decideExisting } from "./decide-existing.js";
import { decideNew } from "./decide-new.js";
import { refuseByConnection } from "./refuse-by-connection.js";
import type { Decision, Situation } from "./situation.js";

/** Decides about a verified person. */
export function decide(situation: Situation): Decision {
  const refused = refuseByConnection(situation);
  if (refused !== null) return refused;
  const { person, connection } = situation;
  const account = decideAccount({ ...situation.account, profile: person.profile, policies: connection.policies });
  switch (account.kind) {
    case "refuse":
    case "ask":
      return account;
    case "known":
    case "match":
    case "merge":
      return decideExisting(situation, account);
    case "new":
      return decideNew(situation, account.ended);
  }
}
