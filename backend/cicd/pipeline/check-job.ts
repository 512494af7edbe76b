import type { PipelineDefaults } from "../../../common/schema/pipeline-job.ts";
import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { checkMatrix } from "./check-matrix.ts";
import { checkPatterns } from "./check-patterns.ts";
import { type CheckedJob, lacks } from "./job-source.ts";
import { jobScript, longestScript } from "./job-script.ts";
import { placeAt } from "./located.ts";
import { mistakeAt } from "./mistake.ts";
import { namedServices } from "./named-services.ts";
import { commandsOf } from "./plan-job.ts";

/**
 * What is wrong with one job by itself, beyond the shape of its values. `hasImage` is whether the file names an image for
 * every job, also one that cannot be read.
 */
export function checkJob(job: CheckedJob, defaults: PipelineDefaults, hasImage: boolean): readonly PipelineMistake[] {
    return [
        ...(hasImage ? [] : checkImage(job)),
        ...checkScripts(job, defaults),
        ...checkServices(job, defaults),
        ...checkMatrix(job),
        ...checkPatterns(job),
    ];
}

function checkImage(job: CheckedJob): readonly PipelineMistake[] {
    return lacks(job, "image")
        ? [mistakeAt(job.place, `${job.name} has no image`, "add image, such as image: node:20")]
        : [];
}

/** All scripts of a job reach the shell as one argument. */
function checkScripts({ name, node, spec }: CheckedJob, defaults: PipelineDefaults): readonly PipelineMistake[] {
    const { before_script, script, after_script } = { ...defaults, ...spec };
    const size = sizeOf([before_script, script, after_script].map(commandsOf));
    const message = `the scripts of ${name} take ${Math.ceil(size / 1024)} KB as the shell gets them; at most 100 KB`;
    const hint = "move commands into a file of the repository, and run that";
    return size > longestScript ? [mistakeAt(placeAt(node, ["script"]), message, hint)] : [];
}

/** As the shell gets them; of far too much, which aliases make of a small file, the text is not made. */
function sizeOf([beforeScript = [], script = [], afterScript = []]: readonly string[][]): number {
    const commands = [...beforeScript, ...script, ...afterScript];
    const least = commands.reduce((sum, { length }) => sum + length, 0);
    return least > longestScript ? least : Buffer.byteLength(jobScript({ beforeScript, script, afterScript }));
}

function checkServices({ name, node, spec }: CheckedJob, defaults: PipelineDefaults): readonly PipelineMistake[] {
    const names = namedServices(spec.services ?? defaults.services).map((service) => service.name);
    return names.flatMap((service, index) => {
        const place = placeAt(node, ["services", index]);
        if (service === "") {
            return [
                mistakeAt(
                    place,
                    `${name}.services[${index + 1}] has no name`,
                    "add name: the host name it is reached by",
                ),
            ];
        }
        const isTwice = names.indexOf(service) !== index;
        return isTwice ? [mistakeAt(place, `${name} has two services named ${service}`, "give one another name")] : [];
    });
}
