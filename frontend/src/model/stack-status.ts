import { stackStatus } from "../../../common/schema/stack.ts";

export interface StackLook {
    readonly label: "active" | "exited" | "inactive" | "unknown";
    readonly tone: "primary" | "danger" | "dark" | "secondary";
}

/** Dockge's label and colour of a stack's status number. */
export function stackLook(status: number): StackLook {
    switch (status) {
        case stackStatus.running:
            return { label: "active", tone: "primary" };
        case stackStatus.exited:
            return { label: "exited", tone: "danger" };
        case stackStatus.createdFile:
        case stackStatus.createdStack:
            return { label: "inactive", tone: "dark" };
        default:
            return { label: "unknown", tone: "secondary" };
    }
}

/** The colour of a container's state or health. */
export function containerTone(state: string): "primary" | "danger" | "warning" | "secondary" {
    if (state === "running" || state === "healthy") {
        return "primary";
    }
    if (state === "unhealthy" || state === "dead") {
        return "danger";
    }
    if (state === "starting" || state === "restarting" || state === "paused") {
        return "warning";
    }
    return "secondary";
}
