/** The installation in GraphQL. */
import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { VERSION } from "../../config/version.js";
import { readInstallationSettings, updateInstallation } from "./installation.operations.js";
import type { InstallationSettings } from "./installation.js";

@ObjectType("Installation", {
  description: "Settings that the operator makes for the whole installation.",
  simpleResolvers: true,
})
class InstallationType {
  @Field(() => Boolean, { description: "Whether people may sign in through identity providers." })
  ssoAllowed!: boolean;

  @Field(() => String, { description: "The version of Usher that runs here, as in CHANGELOG.md: `0.1.0`." })
  version!: string;
}

@InputType({ description: "Changes to the settings of the installation. Fields that are left out stay." })
class UpdateInstallationInput {
  @Field(() => Boolean, {
    nullable: true,
    description: "Whether people may sign in through identity providers. Open sessions stay open.",
  })
  ssoAllowed?: boolean | null;
}

@ObjectType({ description: "What updateInstallation answers.", simpleResolvers: true })
class UpdateInstallationPayload {
  @Field(() => InstallationType, { description: "The installation as it is now." })
  installation!: InstallationType;
}

@Resolver()
export class InstallationResolver {
  constructor(private readonly store: Store) {}

  @Query(() => InstallationType, {
    description: "The settings of the whole installation. For the operator.",
  })
  async installation(@Ctx() context: RequestContext): Promise<InstallationType> {
    return withVersion(await readInstallationSettings(this.store, context.caller));
  }

  @Mutation(() => UpdateInstallationPayload, {
    description: "Changes the settings of the whole installation. For the operator.",
  })
  async updateInstallation(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateInstallationInput, { description: "What to change." }) input: UpdateInstallationInput,
  ): Promise<UpdateInstallationPayload> {
    return { installation: withVersion(await updateInstallation(this.store, context.caller, input)) };
  }
}

function withVersion(settings: InstallationSettings): InstallationType {
  return { ...settings, version: VERSION };
}
