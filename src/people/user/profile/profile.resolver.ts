/** Adds the profile, its sources and the manager to users, and lets people change their own profile. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { scopeFor } from "../../../access/caller.js";
import type { RequestContext } from "../../../access/request-context.js";
import type { Store } from "../../../access/store.js";
import type { PeopleLoaders } from "../../loaders.js";
import type { FieldSource, FieldValue } from "./field.js";
import { UpdateMyProfileInput, UpdateMyProfilePayload } from "./profile.input.js";
import { updateMyProfile } from "./profile.operations.js";
import { allFields, findLocks, shownFields } from "./profile.js";
import { UserFieldValueType } from "./profile.type.js";
import { showMember } from "../user.access.js";
import type { User } from "../user.js";
import { UserType } from "../user.type.js";

/** The values that every field of this resolver needs. */
interface KnownFields {
  readonly values: readonly FieldValue[];
  readonly precedence: readonly FieldSource[];
}

@Resolver(() => UserType)
export class UserProfileResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
  ) {}

  @FieldResolver(() => [UserFieldValueType], {
    description:
      "The fields that have a value, each with its source. If several sources give a value, the home organization's policy `fieldPrecedence` decides. Users other than yourself need USERS_READ.",
  })
  async profile(@Root() user: UserType, @Ctx() context: RequestContext): Promise<readonly UserFieldValueType[]> {
    const { values, precedence } = await this.#read(user, context);
    return shownFields(values, precedence).map(toType);
  }

  @FieldResolver(() => [UserFieldValueType], {
    description:
      "The values of every source for every field, the source with the highest precedence first. Empty for a guest whose home organization you may not see. Needs USERS_READ.",
  })
  async fieldValues(@Root() user: UserType, @Ctx() context: RequestContext): Promise<readonly UserFieldValueType[]> {
    scopeFor(context.caller, "USERS_READ");
    const { values, precedence } = await this.#read(user, context);
    return allFields(values, precedence).map(toType);
  }

  @FieldResolver(() => [String], {
    description:
      "The fields that the person cannot change with `updateMyProfile`, because a source with higher precedence or the identity provider gives them. Users other than yourself need USERS_READ.",
  })
  async lockedFields(@Root() user: UserType, @Ctx() context: RequestContext): Promise<readonly string[]> {
    const { values, precedence } = await this.#read(user, context);
    return user.authMethod === null ? [] : [...findLocks(values, precedence, user.authMethod).keys()];
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description:
      "The manager's account: the account of the home organization with the profile's `managerEmail`. null if there is none, and for a guest whose home organization you may not see. Needs USERS_READ.",
  })
  async manager(@Root() user: UserType, @Ctx() context: RequestContext): Promise<UserType | null> {
    scopeFor(context.caller, "USERS_READ");
    const manager = await this.loaders.managerOfUser(context).load(user.id);
    return manager && showMember(context.caller, manager, manager.homeOrganizationId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The name of the manager's account, or the profile's value if there is no account. Users other than yourself need USERS_READ.",
  })
  async managerName(@Root() user: UserType, @Ctx() context: RequestContext): Promise<string | null> {
    return await this.#ofManager(user, context, "managerName", ({ fullName }) => fullName);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The e-mail address of the manager's account, or the profile's value if there is no account. Users other than yourself need USERS_READ.",
  })
  async managerEmail(@Root() user: UserType, @Ctx() context: RequestContext): Promise<string | null> {
    return await this.#ofManager(user, context, "managerEmail", ({ email }) => email);
  }

  @Mutation(() => UpdateMyProfilePayload, {
    description:
      "Changes the signed-in person's own profile. A change of one of the `lockedFields` fails with FIELD_OVERRULED. Errors: VERSION_CONFLICT.",
  })
  async updateMyProfile(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateMyProfileInput, { description: "What to change." }) input: UpdateMyProfileInput,
  ): Promise<UpdateMyProfilePayload> {
    const user = await updateMyProfile(this.store, context.caller, input);
    return { user };
  }

  async #ofManager(
    user: UserType,
    context: RequestContext,
    field: "managerName" | "managerEmail",
    read: (manager: User) => string,
  ): Promise<string | null> {
    const { values, precedence } = await this.#read(user, context);
    const manager = await this.loaders.managerOfUser(context).load(user.id);
    if (manager !== null) return read(manager);
    return shownFields(values, precedence).find((shown) => shown.field === field)?.value ?? null;
  }

  /** @throws UNAUTHENTICATED, FORBIDDEN */
  async #read(user: UserType, context: RequestContext): Promise<KnownFields> {
    const { caller } = context;
    if (caller.kind !== "PERSON" || caller.userId !== user.id) scopeFor(caller, "USERS_READ");
    const [values, home] = await Promise.all([
      this.loaders.fieldsOfUser(context).load(user.id),
      this.loaders.organization(context).load(user.homeOrganizationId),
    ]);
    return { values, precedence: home?.policies.fieldPrecedence ?? [] };
  }
}

function toType({ field, value, source, sourceId, givenAt }: FieldValue): UserFieldValueType {
  return { field, value, source, sourceId, updatedAt: givenAt };
}
