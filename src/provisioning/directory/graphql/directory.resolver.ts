/** Provisioning directories in GraphQL. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { OrganizationArgument } from "../../../access/organization-argument.js";
import type { RequestContext } from "../../../access/request-context.js";
import type { Store } from "../../../access/store.js";
import { SsoConnectionType } from "../../../connection/graphql/connection.type.js";
import { findConnections } from "../../../connection/stored/connection.repository.js";
import type { Connection } from "../../../connection/stored/connection.js";
import type { Clock } from "../../../platform/clock.js";
import { orNull } from "../../../platform/errors/or-null.js";
import { defineListLoader, defineLoader } from "../../../platform/graphql/loaders.js";
import { PageArgs, type Page } from "../../../platform/graphql/paging.js";
import { findLastRemovals, type Removal } from "../brake/removal.repository.js";
import { findActivities, type Activity } from "../log/request.repository.js";
import { countResources, type ResourceCounts } from "../resource/count-resources.js";
import type { AssertionTrust } from "../assertion/assertion-trust.js";
import { setAssertionTrust } from "../assertion/trust.operations.js";
import { findTrustOf } from "../assertion/trust.repository.js";
import {
  createDirectory,
  deleteDirectory,
  listDirectories,
  readDirectory,
  releasePausedDirectory,
  rotateDirectoryToken,
  updateDirectory,
  type DirectoryWithToken,
} from "../stored/directory.operations.js";
import type { Directory, DirectoryToken } from "../stored/directory.js";
import { findTokensOf } from "../stored/token.repository.js";
import {
  CreateDirectoryInput,
  CreateDirectoryPayload,
  DeleteDirectoryPayload,
  ReleaseDirectoryInput,
  ReleaseDirectoryPayload,
  RotateTokenPayload,
  SetAssertionsInput,
  SetAssertionsPayload,
  UpdateDirectoryInput,
  UpdateDirectoryPayload,
} from "./directory.input.js";
import { AssertionsType, CountsType, DirectoryPage, DirectoryTokenType, DirectoryType } from "./directory.type.js";
import { RemovalTimesType, SHOWN_REMOVALS, showRemovalTimes } from "./removal-times.type.js";

/** Reads of the fields of directories. A caller who reaches a directory may see its connection and its tokens. */
export function createDirectoryLoaders({ reader }: Store, clock: Clock) {
  return {
    connection: defineLoader<RequestContext, Connection>(
      async (ids) => new Map((await findConnections(reader, null, ids)).map((each) => [each.id, each])),
    ),
    counts: defineLoader<RequestContext, ResourceCounts>((ids) => countResources(reader, ids)),
    removals: defineListLoader<RequestContext, Removal>((ids) => findLastRemovals(reader, ids, SHOWN_REMOVALS)),
    activity: defineLoader<RequestContext, Activity>((ids) => findActivities(reader, ids)),
    assertions: defineLoader<RequestContext, AssertionTrust>((ids) => findTrustOf(reader, ids)),
    tokens: defineListLoader<RequestContext, DirectoryToken>((ids) => findTokensOf(reader, ids, clock())),
  };
}

/** Counting reads every user of a directory, as counting a list does. */
const COST_OF_COUNTS = 100;

@Resolver(() => DirectoryType)
export class DirectoryResolver {
  constructor(
    private readonly store: Store,
    private readonly publicUrl: string,
    private readonly serverUrl: (url: URL) => string | null,
    private readonly loaders: ReturnType<typeof createDirectoryLoaders>,
  ) {}

  @Query(() => DirectoryType, {
    nullable: true,
    description:
      "One provisioning directory. null if the id is unknown or belongs to a different organization. Needs CONNECTIONS_READ.",
  })
  async provisioningDirectory(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The directory." }) id: string,
  ): Promise<Directory | null> {
    return await orNull(readDirectory(this.store, caller, id));
  }

  @Query(() => DirectoryPage, {
    description: "The provisioning directories of an organization, the oldest first. Needs CONNECTIONS_READ.",
  })
  async provisioningDirectories(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization whose directories to show.") organizationId: string,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<DirectoryType>> {
    return (await listDirectories(this.store, caller, organizationId, page)) as Page<DirectoryType>;
  }

  @Mutation(() => CreateDirectoryPayload, {
    description:
      "Creates a provisioning directory with its first token. The organization's plan must include SCIM, otherwise the error is SCIM_NOT_IN_PLAN. Needs CONNECTIONS_WRITE.",
  })
  async createProvisioningDirectory(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => CreateDirectoryInput, { description: "The directory." }) input: CreateDirectoryInput,
  ): Promise<DirectoryWithToken> {
    return await createDirectory(this.store, caller, input);
  }

  @Mutation(() => UpdateDirectoryPayload, {
    description: "Changes a provisioning directory. Accounts stay as they are. Needs CONNECTIONS_WRITE.",
  })
  async updateProvisioningDirectory(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => UpdateDirectoryInput, { description: "The changes." }) input: UpdateDirectoryInput,
  ): Promise<{ readonly directory: Directory }> {
    return { directory: await updateDirectory(this.store, caller, input) };
  }

  @Mutation(() => ReleaseDirectoryPayload, {
    description:
      "Releases a paused provisioning directory, and appends `directory.released`. An active directory stays as it is. Needs CONNECTIONS_WRITE.",
  })
  async releaseProvisioningDirectory(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => ReleaseDirectoryInput, { description: "The directory." }) input: ReleaseDirectoryInput,
  ): Promise<{ readonly directory: Directory }> {
    return { directory: await releasePausedDirectory(this.store, caller, input) };
  }

  @Mutation(() => RotateTokenPayload, {
    description:
      "Adds a token to a provisioning directory. The present token still works for 24 hours, and an older one stops at once. Rotate twice to end a leaked token. Needs CONNECTIONS_WRITE.",
  })
  async rotateProvisioningToken(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The directory." }) id: string,
  ): Promise<DirectoryWithToken> {
    return await rotateDirectoryToken(this.store, caller, id);
  }

  @Mutation(() => SetAssertionsPayload, {
    description:
      "Sets the issuer and the keys of the signed assertions (RFC 7523) that a provisioning directory accepts at `/scim/v2/token`, in addition to its tokens. Its earlier access tokens stop at once. Needs CONNECTIONS_WRITE.",
  })
  async setProvisioningAssertions(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => SetAssertionsInput, { description: "The issuer and the keys." }) input: SetAssertionsInput,
  ): Promise<{ readonly directory: Directory }> {
    return { directory: await setAssertionTrust(this.store, caller, input.id, input, this.serverUrl) };
  }

  @Mutation(() => DeleteDirectoryPayload, {
    description:
      "Deletes a provisioning directory with its tokens. Its users and groups stay as they are. Needs CONNECTIONS_WRITE.",
  })
  async deleteProvisioningDirectory(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The directory." }) id: string,
  ): Promise<{ readonly directory: Directory }> {
    return { directory: await deleteDirectory(this.store, caller, id) };
  }

  @FieldResolver(() => String, { description: "The address to enter at the provider, together with a token." })
  baseUrl(): string {
    return `${this.publicUrl}/scim/v2`;
  }

  @FieldResolver(() => AssertionsType, {
    nullable: true,
    description: "The signed assertions that the directory accepts; null if it accepts none.",
  })
  async assertions(@Root() { id }: DirectoryType, @Ctx() context: RequestContext): Promise<AssertionsType | null> {
    const trust = await this.loaders.assertions(context).load(id);
    return trust && showAssertions(trust, `${this.baseUrl()}/token`);
  }

  @FieldResolver(() => SsoConnectionType, {
    nullable: true,
    description: "The connection that the directory's people sign in through; null if it is not linked.",
  })
  async connection(
    @Root() { connectionId }: DirectoryType,
    @Ctx() context: RequestContext,
  ): Promise<Connection | null> {
    return connectionId === null ? null : await this.loaders.connection(context).load(connectionId);
  }

  @FieldResolver(() => CountsType, {
    complexity: COST_OF_COUNTS,
    description:
      "How many users and groups the directory provides. Asked for in a list, it counts the users of each directory.",
  })
  async counts(@Root() { id }: DirectoryType, @Ctx() context: RequestContext): Promise<ResourceCounts> {
    return (await this.loaders.counts(context).load(id)) ?? { activeUsers: 0, inactiveUsers: 0, groups: 0 };
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description:
      "When the provider sent the last request with a token of the directory; null if it has not sent one yet.",
  })
  async lastRequestAt(@Root() { id }: DirectoryType, @Ctx() context: RequestContext): Promise<Date | null> {
    return (await this.loaders.activity(context).load(id))?.lastRequestAt ?? null;
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description: "When a request of the provider last changed something successfully; null if none has yet.",
  })
  async lastWriteAt(@Root() { id }: DirectoryType, @Ctx() context: RequestContext): Promise<Date | null> {
    return (await this.loaders.activity(context).load(id))?.lastWriteAt ?? null;
  }

  @FieldResolver(() => RemovalTimesType, {
    description:
      "How long it took to end the access of people whom the provider removed, and to tell webhook receivers of it.",
  })
  async removalTimes(
    @Root() { id, organizationId }: DirectoryType,
    @Ctx() context: RequestContext,
  ): Promise<RemovalTimesType> {
    return showRemovalTimes(organizationId, await this.loaders.removals(context).load(id));
  }

  @FieldResolver(() => [DirectoryTokenType], { description: "The tokens that work, the newest first: at most two." })
  async tokens(@Root() { id }: DirectoryType, @Ctx() context: RequestContext): Promise<readonly DirectoryToken[]> {
    return await this.loaders.tokens(context).load(id);
  }
}

function showAssertions({ directoryId, issuer, keys }: AssertionTrust, tokenUrl: string): AssertionsType {
  const jwksUrl = "jwksUrl" in keys ? keys.jwksUrl : null;
  const keyIds = "jwks" in keys ? keys.jwks.map(({ kid }) => kid ?? "") : null;
  return { clientId: directoryId, tokenUrl, issuer, jwksUrl, keyIds };
}
