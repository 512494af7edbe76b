import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import type { CheckedJob } from "./job-source.ts";
import { placeAt } from "./located.ts";
import { combinationsOf, matrixSize, nameInMatrix } from "./matrix.ts";
import { mistakeAt } from "./mistake.ts";

const mostCombinations = 100;
/** A job is asked for, and its container labelled, by its name. */
const longestName = 255;

/** A matrix that makes too many jobs, none, or the same one twice. */
export function checkMatrix({ name, node, spec }: CheckedJob): readonly PipelineMistake[] {
    const place = placeAt(node, ["matrix"]);
    const size = matrixSize(spec.matrix);
    if (size > mostCombinations) {
        const message = `${name}.matrix makes ${size} jobs, more than ${mostCombinations}`;
        return [mistakeAt(place, message, "use fewer values, or several jobs")];
    }
    const names = combinationsOf(spec.matrix).map((combination) => nameInMatrix(name, combination));
    if (spec.matrix !== undefined && names.includes(name)) {
        return [mistakeAt(place, `${name}.matrix has no variables`, "list values by variable, or leave it out")];
    }
    if (names.some((one) => one.length > longestName)) {
        const message = `${name}.matrix makes names of jobs that are longer than ${longestName} characters`;
        return [mistakeAt(place, message, "use fewer variables, or shorter values")];
    }
    const twice = new Set(names.filter((one, index) => names.indexOf(one) !== index));
    return [...twice].map((one) =>
        mistakeAt(place, `${name}.matrix makes ${one} twice`, "leave one of its values out"),
    );
}
