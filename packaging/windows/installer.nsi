; The installer for Windows: for one person, without administrator's rights. Compiled by packaging/steps/windows.py, which
; defines VERSION, NUMBERS (the version as four numbers), HOME_PAGE, PUBLISHER, APP_ID, BUNDLE (the folder to install),
; KILOBYTES (its size), OUT and, if there is a signing command, SIGN.
;
; Silent: /S, and /D=FOLDER as the last argument. Exit code 2: the program is running, and nothing was changed.

Unicode true
ManifestDPIAware true
ManifestLongPathAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma
SetOverwrite on
SetDateSave off

!include LogicLib.nsh
!include MUI2.nsh
!include Win\COM.nsh
!include Win\Propkey.nsh

!define TITLE "Runway Desktop"
!define PROGRAM "runway-desktop.exe"
!define CONSOLE_PROGRAM "runway-desktop-cli.exe"
!define LIBRARIES "_internal"
!define UNINSTALLER "uninstall.exe"
!define KEY_UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${TITLE}"
!define KEY_RUN "Software\Microsoft\Windows\CurrentVersion\Run"
!define KEY_RUN_APPROVED "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define KEY_APP_PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths\${PROGRAM}"
!define KEY_OPEN_WITH "Software\Classes\Applications\${PROGRAM}"
!define SHORTCUT "$SMPROGRAMS\${TITLE}.lnk"

Name "${TITLE}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${TITLE}"
InstallDirRegKey HKCU "${KEY_UNINSTALL}" "InstallLocation"
BrandingText "${TITLE} ${VERSION}"

!ifdef SIGN
  !system '${SIGN} "${BUNDLE}/${PROGRAM}"' = 0
  !system '${SIGN} "${BUNDLE}/${CONSOLE_PROGRAM}"' = 0
  !uninstfinalize '${SIGN} "%1"' = 0
  !finalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "..\..\resources\icons\app.ico"
!define MUI_UNICON "..\..\resources\icons\app.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\${PROGRAM}"
!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(WHAT_STAYS)"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES

; The installer speaks the language of Windows, or else the first of these.
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "Japanese"

LangString IS_RUNNING ${LANG_ENGLISH} "Runway Desktop is running. Quit it, then choose Retry."
LangString IS_RUNNING ${LANG_GERMAN} "Runway Desktop ist geöffnet. Beenden Sie es und wählen Sie dann „Wiederholen“."
LangString IS_RUNNING ${LANG_JAPANESE} "Runway Desktop が実行中です。終了してから「再試行」を選んでください。"
LangString WHAT_STAYS ${LANG_ENGLISH} "Only the program is removed. Your results stay in their library (unless moved: $VIDEOS\${TITLE}), the task list and settings in $LOCALAPPDATA\${TITLE}, and keys in Windows' Credential Manager."
LangString WHAT_STAYS ${LANG_GERMAN} "Nur das Programm wird entfernt. Ihre Ergebnisse bleiben in der Bibliothek (falls nicht verschoben: $VIDEOS\${TITLE}), Aufgabenliste und Einstellungen in $LOCALAPPDATA\${TITLE}, Schlüssel in der Windows-Anmeldeinformationsverwaltung."
LangString WHAT_STAYS ${LANG_JAPANESE} "プログラムだけを削除します。結果はライブラリ（移動していなければ $VIDEOS\${TITLE}）に、タスクリストと設定は $LOCALAPPDATA\${TITLE} に、キーは Windows の資格情報マネージャーに残ります。"

VIProductVersion "${NUMBERS}"
!macro VersionWords language
  VIAddVersionKey /LANG=${language} "ProductName" "${TITLE}"
  VIAddVersionKey /LANG=${language} "FileDescription" "${TITLE} Setup"
  VIAddVersionKey /LANG=${language} "CompanyName" "${PUBLISHER}"
  VIAddVersionKey /LANG=${language} "LegalCopyright" "${PUBLISHER}. GPL-3.0-or-later as a whole."
  VIAddVersionKey /LANG=${language} "ProductVersion" "${VERSION}"
  VIAddVersionKey /LANG=${language} "FileVersion" "${VERSION}"
!macroend
!insertmacro VersionWords ${LANG_ENGLISH}
!insertmacro VersionWords ${LANG_GERMAN}
!insertmacro VersionWords ${LANG_JAPANESE}

; A running program cannot be opened for writing. Asks until it can; when silent, or at Cancel, ends with exit code 2.
!macro WaitUntilClosed file
  ${Do}
    ${IfNot} ${FileExists} "$INSTDIR\${file}"
      ${Break}
    ${EndIf}
    ClearErrors
    FileOpen $0 "$INSTDIR\${file}" a
    ${IfNot} ${Errors}
      FileClose $0
      ${Break}
    ${EndIf}
    ${If} ${Cmd} 'MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(IS_RUNNING)" /SD IDCANCEL IDCANCEL'
      SetErrorLevel 2
      Quit
    ${EndIf}
  ${Loop}
!macroend

; Removes only what an installer put there: other files in the folder belong to the person. A folder of this name without
; our program next to it is not ours.
!macro RemoveProgram
  ${If} ${FileExists} "$INSTDIR\${PROGRAM}"
    RMDir /r "$INSTDIR\${LIBRARIES}"
    Delete "$INSTDIR\${CONSOLE_PROGRAM}"
    Delete "$INSTDIR\${PROGRAM}"
  ${EndIf}
!macroend

; The entries of "Start at login", as runway_desktop/desktop/login.py names them: the id, for other profiles with more
; behind it.
!macro RemoveStarts key
  StrLen $2 "${APP_ID}"
  StrCpy $0 0
  ${Do}
    ClearErrors
    EnumRegValue $1 HKCU "${key}" $0
    ${If} ${Errors}
      ${Break}
    ${EndIf}
    StrCpy $3 $1 $2
    ${If} $3 == "${APP_ID}"
      DeleteRegValue HKCU "${key}" $1
    ${Else}
      IntOp $0 $0 + 1
    ${EndIf}
  ${Loop}
!macroend

Section "${TITLE}"
  !insertmacro WaitUntilClosed "${PROGRAM}"
  !insertmacro WaitUntilClosed "${CONSOLE_PROGRAM}"
  !insertmacro RemoveProgram
  SetOutPath "$INSTDIR"
  File /r "${BUNDLE}\*"
  WriteUninstaller "$INSTDIR\${UNINSTALLER}"

  CreateShortcut "${SHORTCUT}" "$INSTDIR\${PROGRAM}"
  Call SetAppId

  WriteRegStr HKCU "${KEY_UNINSTALL}" "DisplayName" "${TITLE}"
  WriteRegStr HKCU "${KEY_UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY_UNINSTALL}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${KEY_UNINSTALL}" "URLInfoAbout" "${HOME_PAGE}"
  WriteRegStr HKCU "${KEY_UNINSTALL}" "HelpLink" "${HOME_PAGE}/issues"
  WriteRegStr HKCU "${KEY_UNINSTALL}" "DisplayIcon" "$INSTDIR\${PROGRAM}"
  WriteRegStr HKCU "${KEY_UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY_UNINSTALL}" "UninstallString" '"$INSTDIR\${UNINSTALLER}"'
  WriteRegStr HKCU "${KEY_UNINSTALL}" "QuietUninstallString" '"$INSTDIR\${UNINSTALLER}" /S'
  WriteRegDWORD HKCU "${KEY_UNINSTALL}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKCU "${KEY_UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY_UNINSTALL}" "NoRepair" 1

  ; Listed under "Open with" for the files that can be dropped on the window. No other program loses a type of file.
  WriteRegStr HKCU "${KEY_OPEN_WITH}" "FriendlyAppName" "${TITLE}"
  WriteRegStr HKCU "${KEY_OPEN_WITH}\shell\open\command" "" '"$INSTDIR\${PROGRAM}" "%1"'
  WriteRegStr HKCU "${KEY_OPEN_WITH}\SupportedTypes" ".txt" ""
  WriteRegStr HKCU "${KEY_OPEN_WITH}\SupportedTypes" ".csv" ""
  WriteRegStr HKCU "${KEY_OPEN_WITH}\SupportedTypes" ".tsv" ""
  WriteRegStr HKCU "${KEY_OPEN_WITH}\SupportedTypes" ".json" ""
  WriteRegStr HKCU "${KEY_OPEN_WITH}\SupportedTypes" ".zip" ""
  WriteRegStr HKCU "${KEY_APP_PATHS}" "" "$INSTDIR\${PROGRAM}"
SectionEnd

; Windows groups windows and pins the program under this id. The entry works without it, so failures are ignored.
Function SetAppId
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("${SHORTCUT}",${STGM_READWRITE})'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r3'
        System::Call '*(&w${NSIS_MAX_STRLEN} "${APP_ID}")p.r4'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_LPWSTR},,r4)p.r5'
        ${IPropertyStore::SetValue} $2 '($3,$5)'
        ${IPropertyStore::Commit} $2 ""
        System::Free $5
        System::Free $4
        System::Free $3
        ${IUnknown::Release} $2 ""
      ${EndIf}
      ${IPersistFile::Save} $1 '("${SHORTCUT}",1)'
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
FunctionEnd

Section "Uninstall"
  !insertmacro WaitUntilClosed "${PROGRAM}"
  !insertmacro WaitUntilClosed "${CONSOLE_PROGRAM}"
  !insertmacro RemoveProgram
  Delete "$INSTDIR\${UNINSTALLER}"
  ; Without /r: only an empty folder goes.
  RMDir "$INSTDIR"
  Delete "${SHORTCUT}"
  !insertmacro RemoveStarts "${KEY_RUN}"
  !insertmacro RemoveStarts "${KEY_RUN_APPROVED}"
  DeleteRegKey HKCU "${KEY_APP_PATHS}"
  DeleteRegKey HKCU "${KEY_OPEN_WITH}"
  DeleteRegKey HKCU "${KEY_UNINSTALL}"
SectionEnd
