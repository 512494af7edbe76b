import { hostOf } from "./git-address.ts";

const thisMachine = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|::1)$/;
const privateNetwork =
    /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|\[?f[cde][0-9a-f]{2}:)|\.(local|lan|internal|home\.arpa)$/;

/**
 * Why a provider will probably not reach a webhook: its address means the provider's own machine, or a private
 * network while the provider is on the internet. Undefined where nothing speaks against it.
 */
export function whyOutOfReach(webhookUrl: string, repositoryUrl: string): "thisMachine" | "privateNetwork" | undefined {
    const host = urlHost(webhookUrl);
    const provider = hostOf(repositoryUrl);
    if (provider === "" || isPrivate(provider)) {
        return undefined;
    }
    if (thisMachine.test(host)) {
        return "thisMachine";
    }
    return isPrivate(host) ? "privateNetwork" : undefined;
}

function isPrivate(host: string): boolean {
    return thisMachine.test(host) || privateNetwork.test(host) || /^[a-z0-9-]+$/.test(host);
}

function urlHost(url: string): string {
    return URL.canParse(url) ? new URL(url).hostname : "";
}
