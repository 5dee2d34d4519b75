/** The mutations that change the status of accounts or delete them: for one user, and for many with a result for each. */
import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { scopeFor } from "../../../access/caller.js";
import type { RequestContext } from "../../../access/request-context.js";
import type { Store } from "../../../access/store.js";
import { deleteUser } from "../delete/delete.operations.js";
import type { DeletionParts } from "../delete/delete-guard.js";
import { doForEach, MOST_ACCOUNTS_AT_ONCE } from "./many-users.js";
import { defineUserPayload, defineUsersPayload, type UserPayload, type UsersPayload } from "./status.input.js";
import { actOnUser } from "./status.operations.js";
import type { StatusAction } from "./user-status.js";
import type { Member } from "../user.js";

const AS_IT_IS = "The account as it is now.";
const EnableUserPayload = defineUserPayload("enableUser", AS_IT_IS);
const DisableUserPayload = defineUserPayload("disableUser", AS_IT_IS);
const ArchiveUserPayload = defineUserPayload("archiveUser", AS_IT_IS);
const RestoreUserPayload = defineUserPayload("restoreUser", AS_IT_IS);
const ApproveUserPayload = defineUserPayload("approveUser", AS_IT_IS);
const RejectUserPayload = defineUserPayload("rejectUser", AS_IT_IS);
const DeleteUserPayload = defineUserPayload(
  "deleteUser",
  "The account before it was deleted. Its roles, groups and identities are gone.",
);
const EnableUsersPayload = defineUsersPayload("enableUsers");
const DisableUsersPayload = defineUsersPayload("disableUsers");
const ArchiveUsersPayload = defineUsersPayload("archiveUsers");
const RestoreUsersPayload = defineUsersPayload("restoreUsers");
const ApproveUsersPayload = defineUsersPayload("approveUsers");
const RejectUsersPayload = defineUsersPayload("rejectUsers");
const DeleteUsersPayload = defineUsersPayload("deleteUsers");

const ONE = { description: "The user. A user who has the status already stays unchanged, without an event." };
const MANY = { description: `The users, at most ${MOST_ACCOUNTS_AT_ONCE}; for more, send several requests.` };
const EACH = "each on its own: `results` has the outcome for each, and an error for one does not undo the others.";

@Resolver()
export class UserStatusResolver {
  constructor(
    private readonly store: Store,
    private readonly parts: DeletionParts,
  ) {}

  @Mutation(() => EnableUserPayload, {
    description:
      "Lets a disabled account sign in again. Needs USERS_WRITE in the account's home organization and every permission of the user's roles. Errors: SEATS_FULL and USER_STATUS_CONFLICT.",
  })
  async enableUser(@Ctx() context: RequestContext, @Arg("id", () => ID, ONE) id: string): Promise<UserPayload> {
    return await this.#act(context, "ENABLE", id);
  }

  @Mutation(() => EnableUsersPayload, {
    description: `Enables many accounts, ${EACH} Needs USERS_WRITE in the account's home organization.`,
  })
  async enableUsers(
    @Ctx() context: RequestContext,
    @Arg("ids", () => [ID], MANY) ids: string[],
  ): Promise<UsersPayload> {
    return await this.#actOnEach(context, "ENABLE", ids);
  }

  @Mutation(() => DisableUserPayload, {
    description:
      "Keeps an account from signing in until it is enabled. Its sessions and one-time links end, and its seat becomes free. Needs USERS_WRITE in the account's home organization. Errors: LAST_ADMINISTRATOR, OWNER_PROTECTED and USER_STATUS_CONFLICT.",
  })
  async disableUser(@Ctx() context: RequestContext, @Arg("id", () => ID, ONE) id: string): Promise<UserPayload> {
    return await this.#act(context, "DISABLE", id);
  }

  @Mutation(() => DisableUsersPayload, {
    description: `Disables many accounts, ${EACH} Needs USERS_WRITE in the account's home organization.`,
  })
  async disableUsers(
    @Ctx() context: RequestContext,
    @Arg("ids", () => [ID], MANY) ids: string[],
  ): Promise<UsersPayload> {
    return await this.#actOnEach(context, "DISABLE", ids);
  }

  @Mutation(() => ArchiveUserPayload, {
    description:
      "Keeps an account from signing in, for the record. Its sessions and one-time links end, and its seat becomes free. Needs USERS_WRITE in the account's home organization. Errors: LAST_ADMINISTRATOR and OWNER_PROTECTED.",
  })
  async archiveUser(@Ctx() context: RequestContext, @Arg("id", () => ID, ONE) id: string): Promise<UserPayload> {
    return await this.#act(context, "ARCHIVE", id);
  }

  @Mutation(() => ArchiveUsersPayload, {
    description: `Archives many accounts, ${EACH} Needs USERS_WRITE in the account's home organization.`,
  })
  async archiveUsers(
    @Ctx() context: RequestContext,
    @Arg("ids", () => [ID], MANY) ids: string[],
  ): Promise<UsersPayload> {
    return await this.#actOnEach(context, "ARCHIVE", ids);
  }

  @Mutation(() => RestoreUserPayload, {
    description:
      "Lets an archived account sign in again. Needs USERS_WRITE in the account's home organization and every permission of the user's roles. Errors: SEATS_FULL and USER_STATUS_CONFLICT.",
  })
  async restoreUser(@Ctx() context: RequestContext, @Arg("id", () => ID, ONE) id: string): Promise<UserPayload> {
    return await this.#act(context, "RESTORE", id);
  }

  @Mutation(() => RestoreUsersPayload, {
    description: `Restores many accounts, ${EACH} Needs USERS_WRITE in the account's home organization.`,
  })
  async restoreUsers(
    @Ctx() context: RequestContext,
    @Arg("ids", () => [ID], MANY) ids: string[],
  ): Promise<UsersPayload> {
    return await this.#actOnEach(context, "RESTORE", ids);
  }

  @Mutation(() => ApproveUserPayload, {
    description:
      "Approves an account that waits for approval. Needs USERS_WRITE in the account's home organization and every permission of the user's roles. Errors: SEATS_FULL and USER_STATUS_CONFLICT.",
  })
  async approveUser(@Ctx() context: RequestContext, @Arg("id", () => ID, ONE) id: string): Promise<UserPayload> {
    return await this.#act(context, "APPROVE", id);
  }

  @Mutation(() => ApproveUsersPayload, {
    description: `Approves many accounts, ${EACH} Needs USERS_WRITE in the account's home organization.`,
  })
  async approveUsers(
    @Ctx() context: RequestContext,
    @Arg("ids", () => [ID], MANY) ids: string[],
  ): Promise<UsersPayload> {
    return await this.#actOnEach(context, "APPROVE", ids);
  }

  @Mutation(() => RejectUserPayload, {
    description:
      "Archives an account that waits for approval. Needs USERS_WRITE in the account's home organization. Errors: USER_STATUS_CONFLICT.",
  })
  async rejectUser(@Ctx() context: RequestContext, @Arg("id", () => ID, ONE) id: string): Promise<UserPayload> {
    return await this.#act(context, "REJECT", id);
  }

  @Mutation(() => RejectUsersPayload, {
    description: `Rejects many accounts, ${EACH} Needs USERS_WRITE in the account's home organization.`,
  })
  async rejectUsers(
    @Ctx() context: RequestContext,
    @Arg("ids", () => [ID], MANY) ids: string[],
  ): Promise<UsersPayload> {
    return await this.#actOnEach(context, "REJECT", ids);
  }

  @Mutation(() => DeleteUserPayload, {
    description:
      "Deletes an account with its profile, password, sessions, identities, roles and memberships. Events, the audit log and sign-in attempts keep the account's id, without personal data. To keep the personal data, archive the account instead. Needs USERS_WRITE in the account's home organization. Errors: DELETION_REFUSED with `reasons`, LAST_ADMINISTRATOR and OWNER_PROTECTED.",
  })
  async deleteUser(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The user to delete." }) id: string,
  ): Promise<UserPayload> {
    return { user: await this.#delete(context, id) };
  }

  @Mutation(() => DeleteUsersPayload, {
    description: `Deletes many accounts, ${EACH} Needs USERS_WRITE in the account's home organization.`,
  })
  async deleteUsers(
    @Ctx() context: RequestContext,
    @Arg("ids", () => [ID], MANY) ids: string[],
  ): Promise<UsersPayload> {
    return await this.#forEach(context, ids, (id) => this.#delete(context, id));
  }

  async #act(context: RequestContext, action: StatusAction, id: string): Promise<UserPayload> {
    return { user: await actOnUser(this.store, context.caller, action, id) };
  }

  #actOnEach(context: RequestContext, action: StatusAction, ids: readonly string[]): Promise<UsersPayload> {
    return this.#forEach(context, ids, (id) => actOnUser(this.store, context.caller, action, id));
  }

  #delete(context: RequestContext, id: string): Promise<Member> {
    return deleteUser(this.store, this.parts, context.caller, id);
  }

  /** A caller without the permission gets one error, not one per account. */
  async #forEach(
    context: RequestContext,
    ids: readonly string[],
    work: (id: string) => Promise<unknown>,
  ): Promise<UsersPayload> {
    scopeFor(context.caller, "USERS_WRITE");
    return { results: await doForEach(ids, work) };
  }
}
