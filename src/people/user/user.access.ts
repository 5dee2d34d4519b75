/** Which part of a user's account reaches beyond the organization that the user was found in. */
import type { Caller } from "../../access/caller.js";
import type { User } from "./user.js";

/** Whether a caller who sees a user may see the user's home organization too: it may be another than the caller's. */
export function maySeeHome(caller: Caller, user: Pick<User, "id" | "homeOrganizationId">): boolean {
  switch (caller.kind) {
    case "OPERATOR":
    case "SYSTEM":
      return true;
    case "PERSON":
      return caller.userId === user.id || caller.organizationId === user.homeOrganizationId;
    case "API_KEY":
      return caller.organizationId === user.homeOrganizationId;
    case "ANONYMOUS":
      return false;
  }
}
