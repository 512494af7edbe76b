import type { ContainerDetails, ContainerListItem } from "../../../platform/docker/answers.ts";
import { exitCodeIn, healthIn } from "../../../platform/docker/status-sentence.ts";
import { composeLabels, type ContainerState, type ContainerSummary } from "../../core/engine.ts";
import { wholeOutput } from "./check-output.ts";

export function toSummary(item: ContainerListItem): ContainerSummary {
    const ports = item.Ports.flatMap((port) => (port.PublicPort === undefined ? [] : [port.PublicPort]));
    return {
        id: item.Id,
        name: plainName(item.Names[0] ?? item.Id),
        labels: item.Labels,
        state: item.State,
        health: healthIn(item.Status),
        exitCode: exitCodeIn(item.Status),
        imageId: item.ImageID,
        image: item.Image,
        publishedPorts: [...new Set(ports)],
    };
}

export function detailsToSummary(details: ContainerDetails): ContainerSummary {
    return {
        id: details.Id,
        name: plainName(details.Name),
        labels: details.Config.Labels,
        state: details.State.Status,
        imageId: details.Image,
        publishedPorts: [...new Set(publishedPorts(details).map((port) => port.hostPort))],
    };
}

export function toState(details: ContainerDetails): ContainerState {
    return {
        id: details.Id,
        name: plainName(details.Name),
        service: details.Config.Labels[composeLabels.service] ?? "",
        labels: details.Config.Labels,
        imageId: details.Image,
        image: details.Config.Image,
        status: details.State.Status,
        health: toHealth(details.State.Health?.Status),
        exitCode: details.State.ExitCode,
        restartCount: details.RestartCount,
        startedAt: details.State.StartedAt,
        oomKilled: details.State.OOMKilled,
        startError: details.State.Error === "" ? undefined : details.State.Error,
        lastCheck: toLastCheck(details.State.Health),
        firstCheckSeconds: details.State.Health
            ? firstCheckSeconds(details.Config.Healthcheck ?? undefined)
            : undefined,
        restartPolicy: details.HostConfig.RestartPolicy?.Name ?? "",
        ports: publishedPorts(details),
        addresses: Object.values(details.NetworkSettings.Networks)
            .flatMap((network) => [network.IPAddress, network.GlobalIPv6Address])
            .filter((address) => address !== ""),
    };
}

function plainName(name: string): string {
    return name.replace(/^\//, "");
}

function toHealth(status: string | undefined): ContainerState["health"] {
    return status === "starting" || status === "healthy" || status === "unhealthy" ? status : "none";
}

function toLastCheck(health: ContainerDetails["State"]["Health"]): ContainerState["lastCheck"] {
    const last = health?.Log?.at(-1);
    return last && { exitCode: last.ExitCode, output: wholeOutput(last.Output) };
}

const nanoseconds = 1e9;
/** The engine's own. */
const defaultSeconds = { interval: 30, startInterval: 5 };

/** Within a start period checks are run more often. */
function firstCheckSeconds(check: ContainerDetails["Config"]["Healthcheck"]): number {
    const { Interval, StartInterval, StartPeriod } = check ?? { Interval: 0, StartInterval: 0, StartPeriod: 0 };
    return StartPeriod > 0
        ? StartInterval / nanoseconds || defaultSeconds.startInterval
        : Interval / nanoseconds || defaultSeconds.interval;
}

/** TCP ports that can be reached from this machine. */
function publishedPorts(details: ContainerDetails): ContainerState["ports"] {
    return Object.entries(details.NetworkSettings.Ports)
        .filter(([port]) => port.endsWith("/tcp"))
        .flatMap(([port, bindings]) =>
            (bindings ?? []).map((binding) => ({
                containerPort: Number.parseInt(port, 10),
                host: reachableHost(binding.HostIp),
                hostPort: Number(binding.HostPort),
            })),
        );
}

function reachableHost(host: string): string {
    if (host === "" || host === "0.0.0.0") {
        return "127.0.0.1";
    }
    return host === "::" ? "::1" : host;
}
