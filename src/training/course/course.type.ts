/** The types of courses in the schema. */
import { Field, Float, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import { definePage } from "../../platform/graphql/paging.js";
import type { CourseKind, CourseOrder } from "./course.js";

/** Stands for the enum `CourseKind` in decorators. */
export const CourseKindEnum: { readonly [Value in CourseKind]: Value } = { COURSE: "COURSE", MODULE: "MODULE" };

registerEnumType(CourseKindEnum, {
  name: "CourseKind",
  description: "Whether it is one course or a module of several courses.",
  valuesConfig: {
    COURSE: { description: "One course, which people start and complete." },
    MODULE: { description: "A group of courses. A person completes the module by completing all of its courses." },
  },
});

/** Stands for the enum `CourseOrderField` in decorators. */
export const CourseOrderFieldEnum: { readonly [Value in CourseOrder]: Value } = {
  TITLE: "TITLE",
  CREATED_AT: "CREATED_AT",
};

registerEnumType(CourseOrderFieldEnum, {
  name: "CourseOrderField",
  description: "The fields that courses can be ordered by. Case is ignored.",
  valuesConfig: {
    TITLE: { description: "By title." },
    CREATED_AT: { description: "By the time at which the courses were created." },
  },
});

@ObjectType("Course", {
  implements: NodeType,
  description:
    "A course, or a module of several courses. It belongs to one organization, or to the installation's catalogue, which every organization sees.",
  simpleResolvers: true,
})
export class CourseType {
  /** For the field `organization`; not in the schema. */
  organizationId!: string | null;

  @Field(() => ID, { description: "The course's id. It never changes." })
  id!: string;

  @Field(() => CourseKindEnum, { description: "A course or a module. It never changes." })
  kind!: CourseKind;

  @Field(() => String, { description: "The title." })
  title!: string;

  @Field(() => String, { nullable: true, description: "The description." })
  description!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The id that another program uses for it. Unique in the organization, or in the catalogue.",
  })
  externalId!: string | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "The percent needed to pass, from 0 to 100. A result that names none of its own uses it. null for a course without a pass rate, and for modules.",
  })
  passRate!: number | null;

  @Field(() => Date, {
    nullable: true,
    description: "When the course was archived; null if it is not. An archived course cannot be started.",
  })
  archivedAt!: Date | null;

  @Field(() => Date, { description: "When the course was created." })
  createdAt!: Date;

  @Field(() => Date, { description: "When the course was last changed." })
  updatedAt!: Date;

  @Field(() => Int, {
    description:
      "Rises with every change. Send it as `expectedVersion` to change the course only if nobody changed it meanwhile.",
  })
  version!: number;
}

export const CoursePage = definePage("Course", () => CourseType, "Courses and modules that one organization sees.");
