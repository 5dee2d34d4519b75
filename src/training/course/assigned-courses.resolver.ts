/** Adds their courses to groups and users. */
import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import type { RequestContext } from "../../access/request-context.js";
import { GroupType } from "../../people/group/group.type.js";
import { memberKey } from "../../people/loaders.js";
import { UserType } from "../../people/user/user.type.js";
import type { TrainingLoaders } from "../loaders.js";
import { CourseType } from "./course.type.js";

@Resolver(() => GroupType)
export class GroupCoursesResolver {
  constructor(private readonly loaders: TrainingLoaders) {}

  @FieldResolver(() => [CourseType], {
    description:
      "The courses and modules that are assigned to the group, by title, archived ones too. Needs TEAM_TRAINING_READ or TRAINING_READ.",
  })
  async courses(
    @Root() { id, organizationId }: GroupType,
    @Ctx() context: RequestContext,
  ): Promise<readonly CourseType[]> {
    requirePermission(context.caller, organizationId, "TEAM_TRAINING_READ");
    const courses = await this.loaders.coursesOfGroup(context).load(id);
    return courses.map((course) => ({ ...course, shownIn: organizationId }));
  }
}

@Resolver(() => UserType)
export class UserCoursesResolver {
  constructor(private readonly loaders: TrainingLoaders) {}

  @FieldResolver(() => [CourseType], {
    description:
      "The courses and modules that are assigned to the user's groups in the organization asked about, each once, by title, without archived ones. Needs TEAM_TRAINING_READ or TRAINING_READ, but for yourself.",
  })
  async courses(
    @Root() { id, organizationId }: UserType,
    @Ctx() context: RequestContext,
  ): Promise<readonly CourseType[]> {
    const { caller } = context;
    if (caller.kind !== "PERSON" || caller.userId !== id)
      requirePermission(caller, organizationId, "TEAM_TRAINING_READ");
    const courses = await this.loaders.coursesOfMember(context).load(memberKey(organizationId, id));
    return courses.map((course) => ({ ...course, shownIn: organizationId }));
  }
}
