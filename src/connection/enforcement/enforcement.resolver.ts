/** Who must and who may sign in without a provider, in GraphQL: break-glass accounts, and moving people to single sign-on. */
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { scopeFor } from "../../access/caller.js";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { UsersPayload } from "../../people/user/status/status.input.js";
import { UserPage, UserType } from "../../people/user/user.type.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import type { ConnectionServices } from "../services.js";
import { changeAuthMethod } from "./change-auth-method.js";
import {
  ChangeAuthMethodInput,
  ChangeAuthMethodPayload,
  SetBreakGlassInput,
  SetBreakGlassPayload,
  SsoRequirementType,
} from "./enforcement.type.js";
import { setBreakGlass } from "./set-break-glass.js";
import { listShutOut, readSsoRequirement } from "./sso-requirement.js";

@Resolver()
export class EnforcementResolver {
  constructor(private readonly services: ConnectionServices) {}

  @Mutation(() => SetBreakGlassPayload, {
    description:
      "Makes an account a break-glass account, or takes the mark away. A break-glass account signs in by password even if the organization requires single sign-on, and no sign-in, directory or file finds, links, changes or removes it. The account must be active, have `authMethod: PASSWORD` and the role ADMIN, and no provider may be linked to it. A new mark ends its sessions and links. The person and the administrators get a mail. Needs ORGANIZATION_WRITE and every permission of the account. Errors: BREAK_GLASS_IMPOSSIBLE, LAST_BREAK_GLASS.",
  })
  async setBreakGlass(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => SetBreakGlassInput, { description: "The account, and whether it is marked." })
    input: SetBreakGlassInput,
  ): Promise<SetBreakGlassPayload> {
    return { user: await setBreakGlass(this.services, caller, input) };
  }

  @Mutation(() => ChangeAuthMethodPayload, {
    description:
      "Moves password accounts to single sign-on, each on its own: `results` has the outcome for each. The policy `authMethodChange` must be ADMIN. The account loses its password, its sessions and its links. The person's next sign-in through a connection finds the account by the identity that merging has added, or else by the policy `matchKey`. An SSO account stays as it is. Send `dryRun` first. Needs USERS_WRITE in the account's home organization and every permission of the account. Errors of an account: AUTH_METHOD_KEPT, BREAK_GLASS_PROTECTED, EMAIL_TAKEN.",
  })
  async changeAuthMethod(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => ChangeAuthMethodInput, { description: "The people to move." }) input: ChangeAuthMethodInput,
  ): Promise<UsersPayload> {
    // Checked here already, so that a caller without the permission gets one error and not one for each account.
    scopeFor(caller, "USERS_WRITE");
    return { results: await changeAuthMethod(this.services, caller, input) };
  }
}

@Resolver(() => SsoRequirementType)
export class SsoRequirementResolver {
  constructor(private readonly services: ConnectionServices) {}

  @Query(() => SsoRequirementType, {
    description:
      "What requiring single sign-on would do. Query it before `updateOrganization` sets `ssoEnforcement: REQUIRED`. Needs ORGANIZATION_WRITE.",
  })
  async ssoRequirement(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization.") organizationId: string,
  ): Promise<SsoRequirementType> {
    return await readSsoRequirement(this.services, caller, organizationId);
  }

  @FieldResolver(() => UserPage, {
    description: "The people whom the policy would shut out, the oldest accounts first. Needs USERS_READ.",
  })
  async users(
    @Root() { organizationId }: SsoRequirementType,
    @Ctx() { caller }: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<UserType>> {
    return await listShutOut(this.services, caller, organizationId, page);
  }
}
