/** One run of vitest: some of its projects, with the user's further arguments. */
export interface Phase {
    readonly name: string;
    readonly args: readonly string[];
    readonly needsEngine: boolean;
}

const journeys: readonly string[] = ["journey", "browser"];

/**
 * The quick tests first, then the journeys. Where the user names projects, one run of just these; other arguments (file
 * filters, options of vitest) go to every run.
 */
export function planPhases(userArgs: readonly string[]): readonly Phase[] {
    const projects = namedProjects(userArgs);
    if (projects.length > 0) {
        const needsEngine = projects.some(
            (project) => project.startsWith("!") || project.includes("*") || journeys.includes(project),
        );
        return [{ name: projects.join(", "), args: userArgs, needsEngine }];
    }
    // A filter may fit no file of one of the runs; without one, a run that finds no tests has failed.
    const further = userArgs.length > 0 ? [...userArgs, "--passWithNoTests"] : [];
    return [
        { name: "unit and page", args: ["--project", "unit", "--project", "page", ...further], needsEngine: false },
        { name: "journeys", args: [...journeys.flatMap((name) => ["--project", name]), ...further], needsEngine: true },
    ];
}

function namedProjects(args: readonly string[]): readonly string[] {
    return args.flatMap((arg, index) => {
        if (arg.startsWith("--project=")) {
            return [arg.slice("--project=".length)];
        }
        const following = args[index + 1];
        return arg === "--project" && following !== undefined ? [following] : [];
    });
}
