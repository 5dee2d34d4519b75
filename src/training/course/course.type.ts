/** Courses in the schema. */
import { Field, Float, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import { definePage } from "../../platform/graphql/paging.js";
import type { CourseKind, CourseOrder } from "./course.js";

/** Stands for the enum `CourseKind` in decorators. */
export const CourseKindEnum: { readonly [Value in CourseKind]: Value } = { COURSE: "COURSE", MODULE: "MODULE" };

registerEnumType(CourseKindEnum, {
  name: "CourseKind",
  description: "Whether something is one training or made of several.",
  valuesConfig: {
    COURSE: { description: "One training, which people start and complete." },
    MODULE: { description: "Made of courses; whoever completed all of them has completed it." },
  },
});

/** Stands for the enum `CourseOrderField` in decorators. */
export const CourseOrderFieldEnum: { readonly [Value in CourseOrder]: Value } = {
  TITLE: "TITLE",
  CREATED_AT: "CREATED_AT",
};

registerEnumType(CourseOrderFieldEnum, {
  name: "CourseOrderField",
  description: "What courses can be ordered by. Case does not count.",
  valuesConfig: {
    TITLE: { description: "By title." },
    CREATED_AT: { description: "In the order in which the courses were made." },
  },
});

@ObjectType("Course", {
  implements: NodeType,
  description:
    "A course, or a module that is made of courses: of one organization, or of the installation's catalogue, which every organization sees.",
  simpleResolvers: true,
})
export class CourseType {
  /** What `organization` loads; not in the schema. */
  organizationId!: string | null;

  @Field(() => ID, { description: "The course's id. It never changes." })
  id!: string;

  @Field(() => CourseKindEnum, { description: "A course or a module. It never changes." })
  kind!: CourseKind;

  @Field(() => String, { description: "What people read." })
  title!: string;

  @Field(() => String, { nullable: true, description: "What it is about." })
  description!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What another program knows it by. Unique in the organization, or in the catalogue.",
  })
  externalId!: string | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "What must be reached to pass, from 0 to 100: results take it that name none of their own. null for none, and for modules.",
  })
  passRate!: number | null;

  @Field(() => Date, { nullable: true, description: "Since when nobody starts it any more; null while it is offered." })
  archivedAt!: Date | null;

  @Field(() => Date, { description: "When the course was made." })
  createdAt!: Date;

  @Field(() => Date, { description: "When the course was changed last." })
  updatedAt!: Date;

  @Field(() => Int, {
    description: "Rises at every change. Send it as `expectedVersion` to change only what you know.",
  })
  version!: number;
}

export const CoursePage = definePage("Course", () => CourseType, "Courses and modules that one organization sees.");
