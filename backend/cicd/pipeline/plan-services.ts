import { secondsOf } from "../../../common/schema/pipeline-duration.ts";
import type { PlannedService } from "../../../common/schema/pipeline-plan.ts";
import type { PipelineServices } from "../../../common/schema/pipeline-service.ts";
import { fillKnown } from "./fill-known.ts";
import { fillEach, fillText, type Variables } from "./fill-text.ts";
import { namedServices } from "./named-services.ts";

type Service = ReturnType<typeof namedServices>[number];

/** The job's variables: as images are named with them, and with room for what only the stack knows. */
interface JobVariables {
    readonly images: Variables;
    readonly known: Variables;
}

/** The containers beside a job, with every default; the job's variables may stand in their images and variables. */
export function planServices(services: PipelineServices | undefined, variables: JobVariables): PlannedService[] {
    return namedServices(services).map((service) => planService(service, variables));
}

function planService(
    { name, image, command, entrypoint, health, ...service }: Service,
    { images, known }: JobVariables,
): PlannedService {
    const own = fillEach({}, service.variables ?? {}, (value) => fillKnown(value, known));
    return {
        name,
        image: fillText(image, images),
        variables: { ...own },
        ...(command === undefined ? {} : { command: [command].flat() }),
        ...(entrypoint === undefined ? {} : { entrypoint: [entrypoint].flat() }),
        ...(health === undefined ? {} : { health: planHealth(health) }),
    };
}

function planHealth({ command, interval = 2, timeout = 60 }: NonNullable<Service["health"]>): PlannedService["health"] {
    // One text is a line for the service's shell, as in a Dockerfile.
    const words = typeof command === "string" ? ["sh", "-c", command] : command;
    return { command: words, intervalSeconds: secondsOf(interval), timeoutSeconds: secondsOf(timeout) };
}
