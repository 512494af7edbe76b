/** What a new stack begins with: Dockge's example. */
export const starterCompose = `services:
  nginx:
    image: nginx:latest
    restart: unless-stopped
    ports:
      - 8080:80
`;
