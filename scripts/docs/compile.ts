import ts from 'typescript'

/**
 * What the compiler finds in the given files of a program and in its options. The declarations of the frameworks are
 * read but not checked themselves.
 */
export function diagnosticsIn(program: ts.Program, isChecked: (file: ts.SourceFile) => boolean): string[] {
  const found = program
    .getSourceFiles()
    .filter(isChecked)
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
  return [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...found].map(describe)
}

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n')
  if (file === undefined || start === undefined) return message
  const { line } = file.getLineAndCharacterOfPosition(start)
  return `${file.fileName}:${line + 1}: ${message}`
}

/** The options of a `tsconfig.json`. */
export function compilerOptionsIn(tsconfig: string): ts.CompilerOptions {
  const config = ts.getParsedCommandLineOfConfigFile(
    tsconfig,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic },
  )
  if (config === undefined) throw new Error(`${tsconfig} cannot be read`)
  return config.options
}

function onUnRecoverableConfigFileDiagnostic(diagnostic: ts.Diagnostic): never {
  throw new Error(describe(diagnostic))
}
