/** Whether an `Accept-Encoding` names gzip, with a weight above 0 (RFC 9110, section 12.5.3). */
export function acceptsGzip(header = ''): boolean {
  return header.split(',').some((coding) => {
    const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase());
    return name === 'gzip' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
