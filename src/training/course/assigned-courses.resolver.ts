/** Adds the field `courses` to groups and users. */
import { Arg, Ctx, FieldResolver, ID, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import type { RequestContext } from "../../access/request-context.js";
import { GroupType } from "../../people/group/group.type.js";
import { memberKey } from "../../people/loaders.js";
import { maySeeIn } from "../../people/user/user.access.js";
import { IN_ORGANIZATION, UserType } from "../../people/user/user.type.js";
import type { TrainingLoaders } from "../loaders.js";
import { CourseType } from "./course.type.js";

@Resolver(() => GroupType)
export class GroupCoursesResolver {
  constructor(private readonly loaders: TrainingLoaders) {}

  @FieldResolver(() => [CourseType], {
    description:
      "The courses and modules that are assigned to the group, by title, including archived ones. Needs TEAM_TRAINING_READ or TRAINING_READ.",
  })
  async courses(
    @Root() { id, organizationId }: GroupType,
    @Ctx() context: RequestContext,
  ): Promise<readonly CourseType[]> {
    requirePermission(context.caller, organizationId, "TEAM_TRAINING_READ");
    return await this.loaders.coursesOfGroup(context).load(id);
  }
}

@Resolver(() => UserType)
export class UserCoursesResolver {
  constructor(private readonly loaders: TrainingLoaders) {}

  @FieldResolver(() => [CourseType], {
    description:
      "The courses and modules that are assigned to the user's groups in the organization, each once, by title, without archived ones. Users other than yourself need TEAM_TRAINING_READ or TRAINING_READ there; without it, the list is empty.",
  })
  async courses(
    @Root() { id, homeOrganizationId }: UserType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, IN_ORGANIZATION) organizationId: string | null | undefined,
  ): Promise<readonly CourseType[]> {
    const asked = organizationId ?? homeOrganizationId;
    if (!maySeeIn(context.caller, asked, id, "TEAM_TRAINING_READ")) return [];
    return await this.loaders.coursesOfMember(context).load(memberKey(asked, id));
  }
}
