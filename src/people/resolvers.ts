/** The resolvers of people, for the composition root. */
import type { Store } from "../access/store.js";
import { systemClock, type Clock } from "../platform/clock.js";
import type { ResolverClass } from "../platform/graphql/schema.js";
import { ApiKeyResolver } from "./api-key/api-key.resolver.js";
import { GroupResolver } from "./group/group.resolver.js";
import { UserGroupsResolver } from "./group/user-groups.resolver.js";
import { PasswordResolver } from "./credential/password.resolver.js";
import { DomainResolver, OrganizationDomainsResolver } from "./domain/domain.resolver.js";
import { systemResolveTxt, type ResolveTxt } from "./domain/resolve-txt.js";
import { SecondFactorResolver } from "./factor/factor.resolver.js";
import { InvitationResolver } from "./invitation/invitation.resolver.js";
import { InstallationResolver } from "./installation/installation.resolver.js";
import { createPeopleLoaders } from "./loaders.js";
import { MailResolver } from "./mail/mail.resolver.js";
import { MembersResolver } from "./membership/membership.resolver.js";
import { MembershipResolver, UserMembershipResolver } from "./membership/user-membership.resolver.js";
import { OrganizationDeletionResolver } from "./organization/organization-deletion.resolver.js";
import type { OrganizationPart } from "./organization/organization-parts.js";
import type { OperatorServices } from "./operator/operator.operations.js";
import { OperatorResolver } from "./operator/operator.resolver.js";
import type { RequireSso } from "./organization/organization.operations.js";
import { OrganizationResolver } from "./organization/organization.resolver.js";
import type { FindRoleUses } from "./role/role-guard.js";
import { RoleResolver } from "./role/role.resolver.js";
import { UserRoleGrantsResolver } from "./role/user-role-grants.resolver.js";
import { SessionResolver, ViewerSessionsResolver } from "./session/session.resolver.js";
import { SeatHolderResolver, SeatsResolver } from "./seat/seat.resolver.js";
import type { DeletionParts } from "./user/delete/delete-guard.js";
import { UserProfileResolver } from "./user/profile/profile.resolver.js";
import { UserStatusResolver } from "./user/status/status.resolver.js";
import { UserResolver } from "./user/user.resolver.js";
import { SwitchOrganizationResolver } from "./viewer/switch-organization.resolver.js";
import { ViewerResolver } from "./viewer/viewer.resolver.js";

/** Contributions of the modules above people, and the parts that tests replace. All are optional. */
export interface PeopleNeeds {
  /** Functions that find uses of a role in the modules above. */
  readonly roles?: readonly FindRoleUses[];
  /** Reasons of the modules above against the deletion of a user, and the data that they erase. */
  readonly users?: DeletionParts;
  /** The data that is deleted with an organization, of every module. */
  readonly organizationParts?: readonly OrganizationPart[];
  /** What an organization needs before it requires single sign-on. */
  readonly requireSso?: RequireSso;
  /** The public base URL, and whether the environment sets an operator key. */
  readonly operators?: Pick<OperatorServices, "publicUrl" | "isKeyConfigured">;
  /** The DNS resolver; the machine's own if absent. */
  readonly resolveTxt?: ResolveTxt;
  /** The public base URL, for links in mails. */
  readonly publicUrl?: string;
  /** The machine's own clock if absent. */
  readonly clock?: Clock;
}

/** Every resolver class with its instance, for `buildGraphQLSchema`. */
export function createPeopleResolvers(store: Store, needs: PeopleNeeds = {}): ReadonlyMap<ResolverClass, object> {
  const loaders = createPeopleLoaders(store);
  const { clock = systemClock } = needs;
  return new Map<ResolverClass, object>([
    [OrganizationResolver, new OrganizationResolver(store, loaders, needs.requireSso ?? null)],
    [OrganizationDeletionResolver, new OrganizationDeletionResolver(store, needs.organizationParts ?? [])],
    [OrganizationDomainsResolver, new OrganizationDomainsResolver(loaders)],
    [DomainResolver, new DomainResolver(store, needs.resolveTxt ?? systemResolveTxt)],
    [InstallationResolver, new InstallationResolver(store)],
    [
      OperatorResolver,
      new OperatorResolver({
        ...store,
        ...(needs.operators ?? { publicUrl: "http://localhost", isKeyConfigured: false }),
      }),
    ],
    [SeatsResolver, new SeatsResolver(store)],
    [SeatHolderResolver, new SeatHolderResolver(loaders)],
    [MembersResolver, new MembersResolver(store, loaders)],
    [SwitchOrganizationResolver, new SwitchOrganizationResolver(store)],
    [UserResolver, new UserResolver(store, loaders)],
    [UserProfileResolver, new UserProfileResolver(store, loaders)],
    [UserStatusResolver, new UserStatusResolver(store, needs.users ?? { guards: [], erasers: [] })],
    [PasswordResolver, new PasswordResolver(store, loaders, clock, needs.publicUrl ?? "")],
    [SecondFactorResolver, new SecondFactorResolver(store, loaders)],
    [InvitationResolver, new InvitationResolver(store, loaders, clock, needs.publicUrl ?? "")],
    [GroupResolver, new GroupResolver(store, loaders)],
    [UserGroupsResolver, new UserGroupsResolver(loaders)],
    [RoleResolver, new RoleResolver(store, needs.roles ?? [])],
    [UserRoleGrantsResolver, new UserRoleGrantsResolver(loaders)],
    [MailResolver, new MailResolver(store)],
    [ApiKeyResolver, new ApiKeyResolver(store)],
    [ViewerResolver, new ViewerResolver(store, loaders)],
    [SessionResolver, new SessionResolver(store, clock)],
    [ViewerSessionsResolver, new ViewerSessionsResolver(store, clock)],
    [MembershipResolver, new MembershipResolver(loaders)],
    [UserMembershipResolver, new UserMembershipResolver(loaders)],
  ]);
}
