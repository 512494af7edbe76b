/** The address behind a published port: https for the ports that usually mean it. */
export function portLink(hostname: string, port: number): string {
    const host = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
    return port === 443 || port === 8443 ? `https://${host}:${port}` : `http://${host}:${port}`;
}
