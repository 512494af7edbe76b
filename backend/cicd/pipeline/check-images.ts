import type { PipelineDefaults } from "../../../common/schema/pipeline-job.ts";
import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { addVariables, fillText, missingVariable } from "./fill-text.ts";
import { placeAt } from "./located.ts";
import { mistakeAt } from "./mistake.ts";
import { namedServices } from "./named-services.ts";
import { type JobParts, ownVariables } from "./plan-job.ts";

const longest = 512;
const characters = /^[A-Za-z0-9][\w.:/@-]*$/;

/** Images, of the job and its services, that are none once their variables are put in. Throws TextTooLong. */
export function checkImages(parts: JobParts): readonly PipelineMistake[] {
    const { source, defaults, given } = parts;
    const variables = addVariables(given, ownVariables(parts));
    const { image = "", services }: Partial<PipelineDefaults> = { ...defaults, ...source.spec };
    // What has no value is told of by its name.
    const own = missingVariable(image, variables) === undefined ? [image] : [];
    const check = (key: string, texts: readonly string[]): readonly PipelineMistake[] =>
        texts
            .map((text) => fillText(text, variables))
            .filter((text) => !isImageReference(text))
            .map((text) => {
                const message = `${source.name}.${key}: ${JSON.stringify(text.slice(0, 100))} is no image`;
                return mistakeAt(placeAt(source.node, [key]), message, "give one such as node:20");
            });
    return [
        ...check("image", own),
        ...check(
            "services",
            namedServices(services).map((service) => service.image),
        ),
    ];
}

/** An engine takes it as a part of an address of its own, where `..` and `?` would ask for something else. */
function isImageReference(text: string): boolean {
    return characters.test(text) && text.length <= longest && !text.split("/").some((part) => /^\.*$/.test(part));
}
