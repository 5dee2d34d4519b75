/** Refuses a person whose account is not open to sign-ins. Pure. */
import type { User } from "../people/user/user.js";
import { ACCOUNT_ARCHIVED, ACCOUNT_BREAK_GLASS, ACCOUNT_DISABLED, ACCOUNT_PENDING_APPROVAL } from "./failures.js";
import { refuse, type Refusal } from "./refusal.js";

/** The refusal that follows from an account itself; `null` for an active or invited account that providers may open. */
export function refuseByStatus(user: User): Refusal | null {
  if (user.breakGlass) return refuse(ACCOUNT_BREAK_GLASS, `User ${user.id}.`, user);
  switch (user.status) {
    case "ACTIVE":
    case "INVITED":
      return null;
    case "PENDING_APPROVAL":
      return refuse(ACCOUNT_PENDING_APPROVAL, `User ${user.id}.`, user);
    case "DISABLED":
      return refuse(ACCOUNT_DISABLED, `User ${user.id}.`, user);
    case "ARCHIVED":
      return refuse(ACCOUNT_ARCHIVED, `User ${user.id}.`, user);
  }
}
