/** The resolvers of training. */
import type { Store } from "../access/store.js";
import { createPeopleLoaders } from "../people/loaders.js";
import type { ResolverClass } from "../platform/graphql/schema.js";
import { GroupCoursesResolver, UserCoursesResolver } from "./course/assigned-courses.resolver.js";
import { CourseResolver } from "./course/course.resolver.js";
import { createFilterResolvers } from "./filter/resolvers.js";
import { createTrainingLoaders } from "./loaders.js";
import { OpenTrainingResolver, StartsResolver } from "./progress/progress.resolver.js";
import { RecordingResolver } from "./result/recording.resolver.js";
import { ResultFiguresResolver, UserResultsResolver } from "./result/result-figures.resolver.js";
import { GroupCourseResultsResolver, ResultsResolver } from "./result/results.resolver.js";

/** Every resolver of training with its instance, for `buildGraphQLSchema`. */
export function createTrainingResolvers(store: Store): ReadonlyMap<ResolverClass, object> {
  const loaders = createTrainingLoaders(store);
  const people = createPeopleLoaders(store);
  return new Map<ResolverClass, object>([
    [CourseResolver, new CourseResolver(store, loaders)],
    [GroupCoursesResolver, new GroupCoursesResolver(loaders)],
    [RecordingResolver, new RecordingResolver(store)],
    [UserCoursesResolver, new UserCoursesResolver(loaders)],
    [ResultsResolver, new ResultsResolver(store, loaders, people)],
    [OpenTrainingResolver, new OpenTrainingResolver(store, people)],
    [StartsResolver, new StartsResolver(store, people)],
    [ResultFiguresResolver, new ResultFiguresResolver(store, loaders)],
    [UserResultsResolver, new UserResultsResolver(store)],
    [GroupCourseResultsResolver, new GroupCourseResultsResolver(loaders)],
    ...createFilterResolvers(store),
  ]);
}
