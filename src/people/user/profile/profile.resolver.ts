/** Adds their profile and its provenance to users, and what people change about themselves. */
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

/** What all fields of a profile are made from. */
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
      "The fields that have a value, each with its source: of several sources, the first of the home organization's policy fieldPrecedence. Needs USERS_READ, but for yourself.",
  })
  async profile(@Root() user: UserType, @Ctx() context: RequestContext): Promise<readonly UserFieldValueType[]> {
    const { values, precedence } = await this.#read(user, context);
    return shownFields(values, precedence).map(toType);
  }

  @FieldResolver(() => [UserFieldValueType], {
    description:
      "Every source's word on every field, the strongest source of a field first. Empty for a member whose home is an organization that the caller may not see. Needs USERS_READ.",
  })
  async fieldValues(@Root() user: UserType, @Ctx() context: RequestContext): Promise<readonly UserFieldValueType[]> {
    scopeFor(context.caller, "USERS_READ");
    const { values, precedence } = await this.#read(user, context);
    return allFields(values, precedence).map(toType);
  }

  @FieldResolver(() => [String], {
    description:
      "The fields that the person cannot change with updateMyProfile, because a stronger source or the identity provider decides. Needs USERS_READ, but for yourself.",
  })
  async lockedFields(@Root() user: UserType, @Ctx() context: RequestContext): Promise<readonly string[]> {
    const { values, precedence } = await this.#read(user, context);
    return user.authMethod === null ? [] : [...findLocks(values, precedence, user.authMethod).keys()];
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description:
      "The manager's account, where one of the home organization has the address that the profile names. null as well for a member whose home the caller may not see. Needs USERS_READ.",
  })
  async manager(@Root() user: UserType, @Ctx() context: RequestContext): Promise<UserType | null> {
    scopeFor(context.caller, "USERS_READ");
    const manager = await this.loaders.managerOfUser(context).load(user.id);
    return manager && showMember(context.caller, manager, manager.homeOrganizationId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The manager's name: of the account, or what the profile says where none is known. Needs USERS_READ, but for yourself.",
  })
  async managerName(@Root() user: UserType, @Ctx() context: RequestContext): Promise<string | null> {
    return await this.#ofManager(user, context, "managerName", ({ fullName }) => fullName);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The manager's e-mail address: of the account, or what the profile says where none is known. Needs USERS_READ, but for yourself.",
  })
  async managerEmail(@Root() user: UserType, @Ctx() context: RequestContext): Promise<string | null> {
    return await this.#ofManager(user, context, "managerEmail", ({ email }) => email);
  }

  @Mutation(() => UpdateMyProfilePayload, {
    description:
      "Changes the signed-in person's own profile. What a stronger source or the identity provider decides is refused with FIELD_OVERRULED; `lockedFields` says which that is. Answers VERSION_CONFLICT.",
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
